import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { settingText } from '../lib/cli/tables/setting-table.js';

export default class PutAccountSetting extends operationCommand('PutAccountSetting') {
  static override examples = [
    '<%= config.bin %> put-account-setting --name defaultLogDriverMode --value non-blocking',
    '<%= config.bin %> put-account-setting --name containerInsights --value enabled --principal-arn arn:aws:iam::000000000000:user/ann',
  ];

  protected override people({ setting }: OperationOutput<'PutAccountSetting'>): string {
    return settingText(setting ?? {});
  }
}
