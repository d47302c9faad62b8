import type { OperationInput, OperationOutput } from '../api/operations.js';
import { loadSchema } from '../api/schema.js';
import { EXIT } from './exit-codes.js';
import { type CliFlags, forOclif, textFlag } from './flag.js';
import { operationFlags } from './globals.js';
import { memberFlags } from './member-flags.js';
import { operationCommand } from './operation-command.js';
import { timeoutOf } from './run-options.js';
import type { Session } from './session.js';
import { failureLines } from './task-failures.js';
import { clean } from './terminal-text.js';

/** Seconds: the AWS CLI looks 40 times, every 15 seconds. */
const PATIENCE = 600;

/** The AWS CLI's flags, which are those of describe-services, and how long to wait. */
function waiterFlags(): CliFlags {
  const { refresh: _, ...members } = memberFlags(loadSchema('DescribeServices'));
  const timeout = textFlag('Give up after this time, such as 90s or 2h (default 10m)', {
    helpGroup: 'longshore',
    helpValue: '<time>',
  });
  return { ...members, timeout, ...operationFlags };
}

type Outcome = OperationOutput<'WaitServices'>['outcomes'][number];

/**
 * The class of a waiter of the AWS CLI for services: says nothing where what it waits for becomes true, and ends with 255
 * where it can't any more, or when the time is up. Unlike AWS's it also carries the services toward that. Rules: ECS's
 * waiters (botocore, waiters-2).
 */
export function serviceWaiter(until: 'STABLE' | 'INACTIVE') {
  abstract class ServiceWaiter extends operationCommand('DescribeServices') {
    static override flags = forOclif(waiterFlags());
    protected override failureCode: number | undefined = EXIT.gaveUp;

    protected override async carryOut(
      { cluster, services }: OperationInput<'DescribeServices'>,
      session: Session,
    ): Promise<number> {
      const timeout = Math.ceil(timeoutOf(session.words) ?? PATIENCE);
      const engine = await session.engine();
      const { outcomes } = await engine.call('WaitServices', { cluster, services, until, timeout });
      session.interrupts.signal.throwIfAborted();
      const why = outcomes
        .map((outcome) => whyNot(outcome, until, timeout))
        .find((text) => text !== undefined);
      if (why === undefined) return EXIT.done;
      const failedTasks = outcomes.flatMap((outcome) => outcome.failedTasks);
      for (const { text } of failureLines(failedTasks, (cause) => session.progress.hasTold(cause)))
        session.progress.talk(text);
      const name = until === 'STABLE' ? 'ServicesStable' : 'ServicesInactive';
      session.progress.talk(`Waiter ${name} failed: ${clean(why)}`);
      return EXIT.gaveUp;
    }
  }
  return ServiceWaiter;
}

function whyNot(
  { state, serviceName }: Outcome,
  until: 'STABLE' | 'INACTIVE',
  timeout: number,
): string | undefined {
  const wanted = until === 'STABLE' ? 'STEADY' : 'INACTIVE';
  if (state === wanted) return undefined;
  if (state === 'MISSING') return `there is no service ${serviceName}`;
  if (state === 'UNDER_WAY' || state === 'ROLLING_BACK')
    return `service ${serviceName} is not ${until === 'STABLE' ? 'stable' : 'deleted'} after ${timeout} s`;
  if (state === 'FAILING') return `the tasks of service ${serviceName} fail one after the other`;
  if (state === 'FAILED') return `the deployment of service ${serviceName} failed`;
  return `service ${serviceName} is ${state}`;
}
