import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { tasksForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class WaitTasks extends operationCommand('WaitTasks') {
  static override examples = ['<%= config.bin %> wait-tasks --tasks 1f2e3d4c 9a8b7c6d --timeout 600'];

  /** Gives 255 where tasks still run when the time is up, as the AWS CLI's waiters do. */
  protected override async carryOut(input: OperationInput<'WaitTasks'>, session: Session): Promise<number> {
    session.progress.tellTasks = true;
    const output = await (await session.engine()).call('WaitTasks', input);
    await this.show(output, session, input);
    return output.tasks?.every(({ lastStatus }) => lastStatus === 'STOPPED') ? EXIT.done : EXIT.gaveUp;
  }

  protected override async people(
    { tasks = [] }: OperationOutput<'WaitTasks'>,
    session: Session,
    { cluster }: OperationInput<'WaitTasks'>,
  ): Promise<string> {
    return tasksForPeople(tasks, cluster, session);
  }
}
