import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { tellLeft } from '../lib/cli/end-tasks.js';
import { tellFailures } from '../lib/cli/failures.js';
import { tasksForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { startCode, tellFailedStarts } from '../lib/cli/start-outcome.js';

type Input = OperationInput<'StartTask'>;

export default class StartTask extends operationCommand('StartTask') {
  static override examples = [
    '<%= config.bin %> start-task --task-definition web:2 --container-instances web1 web3',
  ];

  protected override async carryOut(input: Input, session: Session): Promise<number> {
    session.progress.tellTasks = !session.toPeople;
    const output = await (await session.engine()).call('StartTask', input);
    if (session.interrupts.by !== undefined) tellLeft(output.tasks ?? [], input.cluster, session);
    await this.show(output, session, input);
    return startCode(output, session);
  }

  protected override async people(
    { tasks = [], failures }: OperationOutput<'StartTask'>,
    session: Session,
    { cluster }: Input,
  ): Promise<string> {
    tellFailures(failures, session);
    tellFailedStarts(tasks, session);
    return tasks.length > 0 ? tasksForPeople(tasks, cluster, session) : '';
  }
}
