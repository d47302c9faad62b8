import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { settingText } from '../lib/cli/tables/setting-table.js';

export default class PutAccountSettingDefault extends operationCommand('PutAccountSettingDefault') {
  static override examples = [
    '<%= config.bin %> put-account-setting-default --name containerInsights --value enabled',
  ];

  protected override people({ setting }: OperationOutput<'PutAccountSettingDefault'>): string {
    return settingText(setting ?? {});
  }
}
