import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { describeTasks, tasksForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class ListTasks extends operationCommand('ListTasks') {
  static override examples = [
    '<%= config.bin %> list-tasks --cluster default',
    '<%= config.bin %> list-tasks --desired-status STOPPED --family web',
  ];

  protected override async people(
    output: OperationOutput<'ListTasks'>,
    session: Session,
    { cluster, desiredStatus }: OperationInput<'ListTasks'>,
  ): Promise<string> {
    const tasks = await describeTasks(await session.engine(), cluster, output.taskArns ?? []);
    if (tasks.length > 0) return tasksForPeople(tasks, cluster, session);
    const stopped = desiredStatus === 'STOPPED' ? 'have stopped' : 'run';
    return `No tasks ${stopped} in the cluster ${cluster ?? 'default'}.\n`;
  }
}
