import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { Task } from '../api/types.js';
import { loadSchema } from '../api/schema.js';
import { EXIT } from './exit-codes.js';
import { type CliFlags, forOclif, textFlag } from './flag.js';
import { operationFlags } from './globals.js';
import { memberFlags } from './member-flags.js';
import { operationCommand } from './operation-command.js';
import { count } from '../api/count.js';
import { nameOf } from './people-words.js';
import { timeoutOf } from './run-options.js';
import type { Session } from './session.js';
import { clean } from './terminal-text.js';

/** Seconds: the AWS CLI looks a hundred times, every six seconds. */
const PATIENCE = 600;

/** The AWS CLI's flags, which are those of describe-tasks, and how long to wait. */
function waiterFlags(): CliFlags {
  const { refresh: _, ...members } = memberFlags(loadSchema('DescribeTasks'));
  const timeout = textFlag('Give up after this time, such as 90s or 2h (default 10m)', {
    helpGroup: 'longshore',
    helpValue: '<time>',
  });
  return { ...members, timeout, ...operationFlags };
}

type Waited = OperationOutput<'WaitTasks'>;

/**
 * The class of a waiter of the AWS CLI for tasks: says nothing where what it waits for becomes true, and ends with 255
 * where it can't any more, or when the time is up. Rules: ECS's waiters (botocore, waiters-2).
 */
export function taskWaiter(until: 'RUNNING' | 'STOPPED') {
  abstract class TaskWaiter extends operationCommand('DescribeTasks') {
    static override flags = forOclif(waiterFlags());
    protected override failureCode: number | undefined = EXIT.gaveUp;

    protected override async carryOut(
      { cluster, tasks }: OperationInput<'DescribeTasks'>,
      session: Session,
    ): Promise<number> {
      session.progress.tellTasks = session.toPeople;
      const timeout = Math.ceil(timeoutOf(session.words) ?? PATIENCE);
      const engine = await session.engine();
      const waited = await engine.call('WaitTasks', { cluster, tasks, until, timeout });
      session.interrupts.signal.throwIfAborted();
      const why = until === 'RUNNING' ? whyNotRunning(waited, timeout) : whyNotStopped(waited, timeout);
      if (why !== undefined) {
        const name = until === 'RUNNING' ? 'TasksRunning' : 'TasksStopped';
        session.progress.talk(`Waiter ${name} failed: ${clean(why)}`);
        return EXIT.gaveUp;
      }
      return EXIT.done;
    }
  }
  return TaskWaiter;
}

/** All of them have to run: one that has stopped, or that there is none of, never will. */
function whyNotRunning({ tasks = [], failures = [] }: Waited, timeout: number): string | undefined {
  const [missing] = failures;
  if (missing !== undefined) return `there is no task ${nameOf(missing.arn)}`;
  const stopped = tasks.find(({ lastStatus }) => lastStatus === 'STOPPED');
  if (stopped !== undefined) return `task ${shortId(stopped)} has stopped: ${stopped.stoppedReason}`;
  return timeIsUp(
    tasks.filter(({ lastStatus }) => lastStatus !== 'RUNNING'),
    'not running',
    timeout,
  );
}

/** Those that there are have to stop. */
function whyNotStopped({ tasks = [], failures = [] }: Waited, timeout: number): string | undefined {
  if (tasks.length === 0) return `there is no task ${failures.map(({ arn }) => nameOf(arn)).join(', ')}`;
  return timeIsUp(
    tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED'),
    'not stopped',
    timeout,
  );
}

function timeIsUp(left: readonly Task[], what: string, timeout: number): string | undefined {
  const [first, ...others] = left;
  if (first === undefined) return undefined;
  const more = others.length === 0 ? ' is' : ` and ${count(others.length, 'other task')} are`;
  return `task ${shortId(first)}${more} ${what} after ${timeout} s`;
}

const shortId = ({ taskArn }: Task): string => nameOf(taskArn).slice(0, 8);
