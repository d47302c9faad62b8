import type { OperationInput, OperationOutput } from '../../lib/api/operations.js';
import { clusterFlag } from '../../lib/cli/cluster-flag.js';
import { EXIT } from '../../lib/cli/exit-codes.js';
import { operationCommand } from '../../lib/cli/operation-command.js';
import { count } from '../../lib/api/count.js';
import { nameOf } from '../../lib/cli/people-words.js';
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
    session.progress.talk(
      `Waiter InstanceDrained failed: ${clean(whatIsLeft(waited, input.cluster, timeout))}`,
    );
    return EXIT.gaveUp;
  }
}

function whatIsLeft(
  { containerInstances, tasks }: OperationOutput<'WaitDrained'>,
  cluster: string | undefined,
  timeout: number,
): string {
  const where = clusterFlag(cluster);
  const busy = new Set(tasks.map(({ containerInstanceArn }) => containerInstanceArn));
  const staying = containerInstances.find(
    ({ containerInstanceArn, status }) => busy.has(containerInstanceArn) && status !== 'DRAINING',
  );
  if (staying !== undefined) {
    const { ec2InstanceId: host, status } = staying;
    const drain = `longshore update-container-instances-state${where} --container-instances ${host} --status DRAINING`;
    return `${host} is ${status}, and its tasks stay; ${drain} lets them go`;
  }
  const alone = tasks.find(({ group = '' }) => !group.startsWith('service:'));
  const id = nameOf(alone?.taskArn).slice(0, 8);
  const hint = alone && `; task ${id} is of no service: longshore stop-task${where} --task ${id} ends it`;
  return `${count(tasks.length, 'task')} left after ${timeout} s${hint ?? ''}`;
}
