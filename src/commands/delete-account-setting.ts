import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { settingText } from '../lib/cli/tables/setting-table.js';

export default class DeleteAccountSetting extends operationCommand('DeleteAccountSetting') {
  static override examples = ['<%= config.bin %> delete-account-setting --name defaultLogDriverMode'];

  protected override people({ setting }: OperationOutput<'DeleteAccountSetting'>): string {
    return settingText(setting ?? {});
  }
}
