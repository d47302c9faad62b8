import type { OperationInput, OperationOutput } from '../api/operations.js';
import type { Task } from '../api/types.js';
import type { Engine } from '../engine/engine.js';
import { EarlyEnd, howToLeave, type EndCause } from './early-end.js';
import { endTasks, isRunning } from './end-tasks.js';
import { EXIT } from './exit-codes.js';
import { tellFailures } from './failures.js';
import { interruptedCode } from './interrupts.js';
import { LogFollower } from './log-follower.js';
import { nameOf } from './people-words.js';
import type { Session } from './session.js';

type Output = OperationOutput<'RunTask'>;

export interface WaitOptions {
  cluster: string | undefined;
  /** Print the tasks' logs to stdout. */
  follow: boolean;
  /** Seconds, from the beginning of the start. */
  timeout: number | undefined;
  /** What an interruption means. undefined: ask where somebody can answer, else stop. */
  onInterrupt: 'stop' | 'detach' | undefined;
}

export interface Waited {
  /** With the tasks as they were at the end. */
  output: Output;
  code: number;
}

/**
 * Runs tasks and waits until they have stopped. Ctrl-C, SIGTERM and the time limit stop them or leave them running, as
 * the options say; what does not run by then is undone. Throws as RunTask and WaitTasks do.
 */
export async function runAndWait(
  input: OperationInput<'RunTask'>,
  options: WaitOptions,
  session: Session,
): Promise<Waited> {
  const engine = await session.engine();
  const end = new EarlyEnd(options.timeout, session.interrupts);
  try {
    const output = await start(input, engine, end, session);
    const { tasks = [], failures = [] } = output;
    tellFailures(failures, session);
    if (end.cause !== undefined) {
      const running = tasks.filter(isRunning).length;
      const ended = await endTasks(end.cause, { running, look: async () => tasks }, options, session);
      return { output: { ...output, tasks: ended }, code: codeOf(end.cause) };
    }
    if (tasks.length === 0) return { output, code: EXIT.nothingPlaced };
    const waited = await waitFor(tasks, end, options, session);
    const code = waited.code === EXIT.done && failures.length > 0 ? EXIT.partly : waited.code;
    return { output: { ...output, tasks: waited.tasks }, code };
  } finally {
    end.release();
  }
}

/** RunTask, which an early end aborts. Where nothing was placed by then there are no tasks. */
async function start(
  input: OperationInput<'RunTask'>,
  engine: Engine,
  end: EarlyEnd,
  session: Session,
): Promise<Output> {
  const abort = new AbortController();
  let isStarting = true;
  void end.came.then((cause) => {
    const why = cause === 'time' ? 'the time is up: ' : '';
    if (isStarting) session.progress.talk(`${why}undoing what does not run yet; ${howToLeave(cause)}`);
    abort.abort(new Error('ended early'));
  });
  try {
    return await engine.call('RunTask', input, { signal: abort.signal });
  } catch (error) {
    if (error !== abort.signal.reason) throw error;
    return { tasks: [], failures: [] };
  } finally {
    isStarting = false;
  }
}

async function waitFor(
  tasks: readonly Task[],
  end: EarlyEnd,
  options: WaitOptions,
  session: Session,
): Promise<{ tasks: Task[]; code: number }> {
  const engine = await session.engine();
  const { cluster } = options;
  const ids = tasks.map((task) => nameOf(task.taskArn));
  const logs = options.follow ? new LogFollower(engine, ids, cluster, session) : undefined;
  const abort = new AbortController();
  const waiting = engine.call('WaitTasks', { cluster, tasks: ids }, { signal: abort.signal });
  waiting.catch(() => undefined);
  const look = async () => {
    abort.abort(new Error('ended early'));
    return (await waiting).tasks ?? [];
  };
  try {
    const cause = await Promise.race([waiting.then(() => undefined), end.came]);
    if (cause === undefined) return await allEnded(await waiting, logs, end, session);
    const ended = await endTasks(cause, { running: ids.length, look }, options, session);
    if (!ended.some(isRunning)) await logs?.drain();
    return { tasks: ended, code: codeOf(cause) };
  } finally {
    logs?.leave();
  }
}

/** The wait is over by itself. A task that has not stopped by then was given up, since its host stays away. */
async function allEnded(
  { tasks = [], failures = [], exitCodes = [] }: OperationOutput<'WaitTasks'>,
  logs: LogFollower | undefined,
  end: EarlyEnd,
  session: Session,
): Promise<{ tasks: Task[]; code: number }> {
  const lost = [...tasks.filter(isRunning).map(({ taskArn }) => taskArn), ...failures.map(({ arn }) => arn)];
  if (lost.length > 0) await logs?.drain();
  else await Promise.race([logs?.ended(), end.came]);
  for (const arn of lost) session.progress.talk(`how task ${nameOf(arn).slice(0, 8)} ended is not known`);
  const own = exitCodes.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? EXIT.done;
  return { tasks, code: end.cause === undefined || end.cause === 'time' ? own : codeOf(end.cause) };
}

const codeOf = (cause: EndCause): number => (cause === 'time' ? EXIT.ours : interruptedCode(cause));
