import type { OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { moveTable } from '../lib/cli/tables/move-table.js';
import { instanceTable } from '../lib/cli/tables/instance-table.js';

export default class UpdateContainerInstancesState extends operationCommand('UpdateContainerInstancesState') {
  static override examples = [
    '<%= config.bin %> update-container-instances-state --container-instances web2 --status DRAINING --dry-run',
    '<%= config.bin %> update-container-instances-state --container-instances web2 --status DRAINING',
    '<%= config.bin %> update-container-instances-state --container-instances web2 --status ACTIVE',
  ];

  protected override people(
    { containerInstances = [], failures, moves }: OperationOutput<'UpdateContainerInstancesState'>,
    session: Session,
  ): string {
    tellFailures(failures, session);
    if (containerInstances.length === 0) return '';
    if (moves !== undefined)
      return moves.length === 0
        ? 'no task would move\n'
        : `${moveTable(moves, session.terminal)}\nNothing was changed.\n`;
    return instanceTable(containerInstances, session.terminal);
  }
}
