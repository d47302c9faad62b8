import type { Task } from '../api/types.js';
import { clusterFlag } from './cluster-flag.js';
import { howToLeave, type EndCause } from './early-end.js';
import { count } from '../api/count.js';
import { nameOf } from './people-words.js';
import { chooseAfterInterrupt, isAbandonedPrompt } from './prompts.js';
import type { Session } from './session.js';

/** Tasks whose wait ends early. */
interface Ending {
  /** How many run, as far as it is known. */
  running: number;
  /** The tasks as they are; called once it is known what becomes of them. */
  look: () => Promise<Task[]>;
}

interface EndOptions {
  cluster: string | undefined;
  timeout: number | undefined;
  onInterrupt: 'stop' | 'detach' | undefined;
}

/**
 * Stops tasks, or leaves them running, as the options say, or who is asked. Returns them as they are then: one that
 * could not be stopped is told of.
 */
export async function endTasks(
  cause: EndCause,
  { running, look }: Ending,
  options: EndOptions,
  session: Session,
): Promise<Task[]> {
  const choice = running > 0 ? await choiceOf(cause, running, options, session) : 'stop';
  const tasks = await look();
  const left = tasks.filter(isRunning);
  if (cause === 'time') session.progress.talk(timeUp(left.length, options.timeout));
  if (choice === 'detach') tellLeft(left, options.cluster, session);
  if (choice === 'detach' || left.length === 0) return tasks;
  session.progress.talk(`stopping ${count(left.length, 'task')}; ${howToLeave(cause)}`);
  const reason = cause === 'time' ? 'Time limit reached' : 'Interrupted by the user';
  return Promise.all(tasks.map((task) => (isRunning(task) ? stop(task, reason, options, session) : task)));
}

/** Somebody at a terminal is asked what Ctrl-C means; who gives no answer leaves. */
async function choiceOf(
  cause: EndCause,
  tasks: number,
  { onInterrupt }: EndOptions,
  { terminal, progress }: Session,
): Promise<'stop' | 'detach'> {
  if (onInterrupt !== undefined) return onInterrupt;
  if (cause !== 'SIGINT' || !terminal.canAsk) return 'stop';
  const [are, them] = tasks === 1 ? ['is', 'it'] : ['are', 'them'];
  try {
    return await chooseAfterInterrupt(
      `${count(tasks, 'task')} ${are} still running.`,
      [
        { value: 'stop', name: `Stop ${them}` },
        { value: 'detach', name: 'Leave running, and only stop watching' },
      ],
      { progress, terminal },
    );
  } catch (error) {
    if (isAbandonedPrompt(error)) return 'detach';
    throw error;
  }
}

const timeUp = (running: number, seconds: number | undefined): string =>
  `the time is up: ${running === 0 ? 'no task runs' : `${count(running, 'task')} still running`} after ${seconds} s`;

async function stop(task: Task, reason: string, { cluster }: EndOptions, session: Session): Promise<Task> {
  const engine = await session.engine();
  const id = nameOf(task.taskArn);
  try {
    const answer = await engine.call('StopTask', { cluster, task: id, reason });
    return answer.task ?? task;
  } catch (error) {
    if (session.interrupts.signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    session.progress.onEvent({
      type: 'warning',
      message: `task ${id.slice(0, 8)} could not be stopped: ${why}`,
    });
    return task;
  }
}

/** Those of the tasks that run, and how to go on watching them. */
export function tellLeft(tasks: readonly Task[], cluster: string | undefined, session: Session): void {
  const ids = tasks.filter(isRunning).map(({ taskArn }) => nameOf(taskArn).slice(0, 8));
  if (ids.length === 0) return;
  const flag = ids.length === 1 ? '--task' : '--tasks';
  session.progress.talk(
    `left running: longshore logs${clusterFlag(cluster)} ${flag} ${ids.join(' ')} --follow`,
  );
}

export const isRunning = (task: Task): boolean => task.lastStatus !== 'STOPPED';
