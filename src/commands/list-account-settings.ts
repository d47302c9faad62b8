import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { settingTable } from '../lib/cli/tables/setting-table.js';

export default class ListAccountSettings extends operationCommand('ListAccountSettings') {
  static override examples = [
    '<%= config.bin %> list-account-settings --effective-settings',
    '<%= config.bin %> list-account-settings --name containerInsights --effective-settings',
  ];

  protected override people({ settings }: OperationOutput<'ListAccountSettings'>, session: Session): string {
    return settingTable(settings ?? [], session.terminal);
  }
}
