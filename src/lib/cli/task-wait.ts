import type { Task } from '../api/types.js';
import type { Engine } from '../engine/engine.js';
import { EXIT } from './exit-codes.js';
import { type Interruption, interruptedCode } from './interrupts.js';
import { followLogs } from './log-lines.js';
import { describeTasks } from './lookups.js';
import { count, nameOf } from './people-words.js';
import { choose } from './prompts.js';
import type { Session } from './session.js';

export interface WaitOptions {
  cluster: string | undefined;
  /** Print the tasks' logs to stdout. */
  follow: boolean;
  /** Seconds */
  timeout: number | undefined;
  /** What an interruption means. undefined: ask where somebody can answer, else stop. */
  onInterrupt: 'stop' | 'detach' | undefined;
}

export interface Waited {
  /** As they were at the end. */
  tasks: Task[];
  /** The exit code that an interruption or the time limit makes; undefined where the tasks ended by themselves. */
  endedBy: number | undefined;
}

type Outcome = { kind: 'stopped'; tasks: Task[] } | { kind: 'interrupted'; by: Interruption };

/**
 * Waits until the tasks have stopped. Ctrl-C, SIGTERM and the time limit stop them or leave them running, as the
 * options say.
 */
export async function waitForTasks(
  tasks: readonly Task[],
  options: WaitOptions,
  session: Session,
): Promise<Waited> {
  const engine = await session.engine();
  const ids = tasks.map((task) => nameOf(task.taskArn));
  const logs = options.follow ? printLogs(engine, ids, options.cluster, session) : undefined;
  const waiting = engine.call('WaitTasks', {
    cluster: options.cluster,
    tasks: ids,
    timeout: options.timeout,
  });
  const { outcome, release } = await firstOf(waiting, session);
  try {
    if (outcome.kind === 'interrupted') return await interrupted(outcome.by, waiting, ids, options, session);
    if (outcome.tasks.some(isRunning)) return await timedOut(outcome.tasks, options, session);
    await logs;
    return { tasks: outcome.tasks, endedBy: undefined };
  } finally {
    release();
  }
}

/** Logs that can't be had are told of; the tasks go on all the same. */
async function printLogs(
  engine: Engine,
  tasks: string[],
  cluster: string | undefined,
  session: Session,
): Promise<void> {
  try {
    await followLogs(engine, { cluster, tasks, follow: true }, session);
  } catch (error) {
    if (session.interrupts.by === undefined)
      session.progress.onEvent({ type: 'warning', message: `no more logs: ${String(error)}` });
  }
}

/** The tasks' end, or a signal before it. Until `release`, a signal doesn't abort the engine. */
async function firstOf(
  waiting: Promise<{ tasks?: Task[] }>,
  session: Session,
): Promise<{ outcome: Outcome; release: () => void }> {
  let release = (): void => undefined;
  const signal = new Promise<Outcome>((resolve) => {
    release = session.interrupts.intercept((by) => resolve({ kind: 'interrupted', by }));
  });
  const stopped = waiting.then(({ tasks = [] }): Outcome => ({ kind: 'stopped', tasks }));
  return { outcome: await Promise.race([stopped, signal]), release };
}

async function interrupted(
  by: Interruption,
  waiting: Promise<{ tasks?: Task[] }>,
  ids: readonly string[],
  options: WaitOptions,
  session: Session,
): Promise<Waited> {
  const endedBy = interruptedCode(by);
  const choice =
    options.onInterrupt ??
    (by === 'SIGINT' && session.terminal.canAsk ? await ask(ids.length, session) : 'stop');
  if (choice === 'detach') {
    tellLeft(ids, options.cluster, session);
    waiting.catch(() => undefined);
    session.interrupts.abort();
    return { tasks: [], endedBy };
  }
  session.progress.talk(`stopping ${count(ids.length, 'task')}; again to leave at once`);
  await stopAll(await session.engine(), ids, options.cluster, 'Interrupted by the user');
  const { tasks = [] } = await waiting;
  return { tasks, endedBy };
}

async function timedOut(tasks: Task[], options: WaitOptions, session: Session): Promise<Waited> {
  const running = tasks.filter(isRunning).map((task) => nameOf(task.taskArn));
  session.progress.talk(
    `the time is up: ${count(running.length, 'task')} still running after ${options.timeout} s`,
  );
  if (options.onInterrupt === 'detach') {
    tellLeft(running, options.cluster, session);
    return { tasks, endedBy: EXIT.ours };
  }
  const engine = await session.engine();
  await stopAll(engine, running, options.cluster, 'Time limit reached');
  const ids = tasks.map((task) => nameOf(task.taskArn));
  return { tasks: await describeTasks(engine, options.cluster, ids), endedBy: EXIT.ours };
}

async function stopAll(
  engine: Engine,
  ids: readonly string[],
  cluster: string | undefined,
  reason: string,
): Promise<void> {
  await Promise.all(ids.map((task) => engine.call('StopTask', { cluster, task, reason })));
}

const ask = (tasks: number, session: Session): Promise<'stop' | 'detach'> =>
  choose(
    `${count(tasks, 'task')} ${tasks === 1 ? 'is' : 'are'} still running.`,
    [
      { value: 'stop', name: `Stop ${tasks === 1 ? 'it' : 'them'}` },
      { value: 'detach', name: 'Leave running, and only stop watching' },
    ],
    session.progress,
  );

function tellLeft(ids: readonly string[], cluster: string | undefined, session: Session): void {
  const where = cluster === undefined ? '' : ` --cluster ${cluster}`;
  for (const id of ids)
    session.progress.talk(`left running: longshore logs${where} --task ${id.slice(0, 8)} --follow`);
}

const isRunning = (task: Task): boolean => task.lastStatus !== 'STOPPED';
