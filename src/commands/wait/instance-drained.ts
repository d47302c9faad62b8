import type { OperationInput, OperationOutput } from '../../lib/api/operations.js';
import { EXIT } from '../../lib/cli/exit-codes.js';
import { operationCommand } from '../../lib/cli/operation-command.js';
import { count, nameOf } from '../../lib/cli/people-words.js';
import type { Session } from '../../lib/cli/session.js';
import { clean } from '../../lib/cli/terminal-text.js';

/** Seconds, as the other waiters. */
const PATIENCE = 600;

export default class WaitInstanceDrained extends operationCommand('WaitDrained') {
  static override examples = [
    '<%= config.bin %> wait instance-drained --container-instances web2 --timeout 1800',
  ];
  protected override failureCode: number | undefined = EXIT.gaveUp;

  protected override async carryOut(input: OperationInput<'WaitDrained'>, session: Session): Promise<number> {
    const { timeout = PATIENCE } = input;
    const waited = await (await session.engine()).call('WaitDrained', { ...input, timeout });
    session.interrupts.signal.throwIfAborted();
    if (waited.tasks.length === 0) return EXIT.done;
    session.progress.talk(`Waiter InstanceDrained failed: ${clean(whatIsLeft(waited, timeout))}`);
    return EXIT.gaveUp;
  }
}

function whatIsLeft({ containerInstances, tasks }: OperationOutput<'WaitDrained'>, timeout: number): string {
  const active = containerInstances.find(({ status }) => status !== 'DRAINING');
  const alone = tasks.find(({ group = '' }) => !group.startsWith('service:'));
  const hint =
    active !== undefined
      ? `; ${active.ec2InstanceId} is ${active.status}: update-container-instances-state --status DRAINING lets its tasks go`
      : alone !== undefined
        ? `; task ${nameOf(alone.taskArn).slice(0, 8)} is of no service: stop-task ends it`
        : '';
  return `${count(tasks.length, 'task')} left after ${timeout} s${hint}`;
}
