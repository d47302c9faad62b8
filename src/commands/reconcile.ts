import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { reconcileTable } from '../lib/cli/tables/reconcile-table.js';

export default class Reconcile extends operationCommand('Reconcile') {
  static override examples = ['<%= config.bin %> reconcile', '<%= config.bin %> reconcile --cluster default'];

  protected override people({ clusters }: OperationOutput<'Reconcile'>, session: Session): string {
    return reconcileTable(clusters, session.terminal);
  }
}
