import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { tasksForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class StopTask extends operationCommand('StopTask') {
  static override examples = [
    '<%= config.bin %> stop-task --task 1f2e3d4c',
    '<%= config.bin %> stop-task --cluster default --task 1f2e3d4c --reason "wrong image"',
  ];

  protected override async people(
    { task }: OperationOutput<'StopTask'>,
    session: Session,
    { cluster }: OperationInput<'StopTask'>,
  ): Promise<string> {
    return task ? tasksForPeople([task], cluster, session) : '';
  }
}
