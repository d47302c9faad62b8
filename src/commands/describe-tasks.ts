import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { instancesOf } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { taskSheet } from '../lib/cli/tables/task-sheet.js';

export default class DescribeTasks extends operationCommand('DescribeTasks') {
  static override examples = [
    '<%= config.bin %> describe-tasks --tasks 1f2e3d4c',
    '<%= config.bin %> describe-tasks --cluster default --tasks 1f2e3d4c --output json',
  ];

  protected override async people(
    { tasks = [], failures }: OperationOutput<'DescribeTasks'>,
    session: Session,
    { cluster }: OperationInput<'DescribeTasks'>,
  ): Promise<string> {
    tellFailures(failures, session);
    const instances = await instancesOf(await session.engine(), cluster, tasks);
    return tasks
      .map((task) =>
        taskSheet(task, instances.get(task.containerInstanceArn ?? ''), session.terminal, session.now()),
      )
      .join('\n');
  }
}
