import type { OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class DeleteTaskDefinitions extends operationCommand('DeleteTaskDefinitions') {
  static override examples = ['<%= config.bin %> delete-task-definitions --task-definitions web:1 web:2'];

  protected override people(output: OperationOutput<'DeleteTaskDefinitions'>, session: Session): string {
    tellFailures(output.failures, session);
    return (output.taskDefinitions ?? [])
      .map(({ family, revision }) => `Deleted ${family}:${revision}; what still runs of it goes on.\n`)
      .join('');
  }
}
