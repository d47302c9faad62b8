import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { accessKeyTable } from '../lib/cli/tables/access-key-table.js';

export default class ListAccessKeys extends operationCommand('ListAccessKeys') {
  static override examples = ['<%= config.bin %> list-access-keys'];

  protected override people({ accessKeys }: OperationOutput<'ListAccessKeys'>, session: Session): string {
    return accessKeyTable(accessKeys, session.terminal, session.now());
  }
}
