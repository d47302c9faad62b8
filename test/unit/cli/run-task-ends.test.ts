import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import RunTask from '../../../src/commands/run-task.js';
import type { AppOptions } from '../../../src/lib/app.js';
import type { TaskLogLine } from '../../../src/lib/engine/engine.js';
import { run } from './kit.js';

const task = (id: string, lastStatus: string, exitCode?: number) => ({
  taskArn: `arn:t/c/${id}`,
  lastStatus,
  containers: [{ name: 'app', exitCode }],
});
const running = (id: string) => task(id, 'RUNNING');
const stopped = (id: string, exitCode = 143) => task(id, 'STOPPED', exitCode);
const undone = (id: string) => ({ ...task(id, 'STOPPED'), stopCode: 'TaskFailedToStart' });
const StopTask = ({ task: id }: { task: string }) => ({ task: stopped(id) });
/** Answers when aborted. */
const untilAborted = (answer: unknown) => (_: unknown, __: unknown, signal: AbortSignal) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer)));

const base = ['--task-definition', 'app'];
const waits = {
  RunTask: () => ({ tasks: [running('a'), running('b')], failures: [] }),
  WaitTasks: untilAborted({ tasks: [stopped('a', 0), running('b')] }),
  StopTask,
};

type Answers = NonNullable<Parameters<typeof run>[2]>;

/** Runs it, and sends the signal once this operation is under way. */
function interrupt(
  at: 'RunTask' | 'WaitTasks' | 'StopTask',
  argv: string[],
  answers: Answers,
  options: Parameters<typeof run>[3] = {},
) {
  let send = (_: string): void => undefined;
  const answer = answers[at] as (...given: unknown[]) => unknown;
  const interrupted = (...given: unknown[]) => {
    setTimeout(() => send('SIGTERM'), 5);
    return answer(...given);
  };
  const signals = (by: typeof send) => void (send = by);
  return run(RunTask, [...base, ...argv], { ...answers, [at]: interrupted }, { signals, ...options });
}

const stops = (ran: Awaited<ReturnType<typeof run>>) =>
  ran.calls.filter(({ operation }) => operation === 'StopTask').map(({ input }) => input);
const states = (out: string) =>
  (JSON.parse(out) as { tasks: { lastStatus: string }[] }).tasks.map(({ lastStatus }) => lastStatus);

describe('a signal under --wait', () => {
  it('stops what still runs', async () => {
    const ran = await interrupt('WaitTasks', ['--wait'], waits);
    expect(ran.code).toBe(143);
    expect(stops(ran)).toEqual([{ cluster: undefined, task: 'b', reason: 'Interrupted by the user' }]);
    expect(states(ran.out)).toEqual(['STOPPED', 'STOPPED']);
  });

  it('leaves it running with --on-interrupt detach', async () => {
    const ran = await interrupt('WaitTasks', ['--wait', '--on-interrupt', 'detach'], waits);
    expect(ran.code).toBe(143);
    expect(stops(ran)).toEqual([]);
    expect(ran.err).toMatch(/left running: longshore logs --task b --follow/);
    expect(states(ran.out)).toEqual(['STOPPED', 'RUNNING']);
  });

  it('while the tasks start undoes what does not run yet, and stops what does', async () => {
    const starts = { RunTask: untilAborted({ tasks: [running('a'), undone('b')], failures: [] }), StopTask };
    const ran = await interrupt('RunTask', ['--wait'], starts);
    expect(ran.code).toBe(143);
    expect(stops(ran)).toMatchObject([{ task: 'a' }]);
    expect(states(ran.out)).toEqual(['STOPPED', 'STOPPED']);

    const left = await interrupt('RunTask', ['--wait', '--on-interrupt', 'detach'], starts);
    expect(left.code).toBe(143);
    expect(stops(left)).toEqual([]);
    expect(left.err).toMatch(/left running: longshore logs --task a --follow/);
  });

  it('tells of a task that could not be stopped, and stops the others', async () => {
    const ran = await interrupt('WaitTasks', ['--wait'], {
      ...waits,
      WaitTasks: untilAborted({ tasks: [running('a'), running('b')] }),
      StopTask: ({ task: id }) => {
        if (id === 'a') throw new Error('no room');
        return { task: stopped(id) };
      },
    });
    expect(ran.err).toContain('task a could not be stopped: no room');
    expect(states(ran.out)).toEqual(['RUNNING', 'STOPPED']);
  });

  it('prints the end of the logs after the stop', async () => {
    let wasStopped = (): void => undefined;
    const afterStop = new Promise<void>((resolve) => (wasStopped = resolve));
    const line = (text: string): TaskLogLine => ({
      ...{
        taskId: 'a',
        family: 'web',
        containers: 1,
        container: 'app',
        host: 'h',
        time: 0,
        timestamp: '',
        stream: 'stdout',
      },
      text,
    });
    const ran = await interrupt(
      'WaitTasks',
      ['--follow'],
      {
        RunTask: () => ({ tasks: [running('a')], failures: [] }),
        WaitTasks: untilAborted({ tasks: [running('a')] }),
        StopTask: () => {
          wasStopped();
          return { task: stopped('a') };
        },
      },
      {
        lines: async function* () {
          yield line('works');
          await afterStop;
          await sleep(30);
          yield line('goes');
        },
      },
    );
    expect(ran.out).toBe('works\ngoes\n');
  });

  it('waits no longer than a moment for logs that don’t end', async () => {
    const began = performance.now();
    const ran = await interrupt(
      'WaitTasks',
      ['--follow'],
      { ...waits, WaitTasks: untilAborted({ tasks: [running('a'), stopped('b')] }) },
      {
        lines: async function* ({ signal }) {
          yield* [];
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        },
      },
    );
    expect(ran.code).toBe(143);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('a signal without --wait', () => {
  it('tells what runs all the same', async () => {
    const answer = { tasks: [running('a'), undone('b')], failures: [] };
    const ran = await interrupt('RunTask', [], {
      RunTask: (_, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer))),
    });
    expect(ran.code).toBe(143);
    expect(JSON.parse(ran.out)).toEqual(JSON.parse(JSON.stringify(answer)));
    expect(ran.err).toMatch(/left running: longshore logs --task a --follow/);
  });
});

it('people who wait are told once why a task failed to start', async () => {
  const failed = { ...undone('a'), stoppedReason: 'Task failed to start: no such image' };
  const answers = {
    RunTask: (_: unknown, { onEvent }: AppOptions) => {
      onEvent?.({
        type: 'task-state',
        taskId: 'a',
        host: 'web1',
        lastStatus: 'STOPPED',
        reason: 'no such image',
      });
      return { tasks: [failed], failures: [] };
    },
    WaitTasks: () => ({ tasks: [failed], exitCodes: [{ exitCode: 125 }] }),
    DescribeContainerInstances: () => ({ containerInstances: [] }),
  };
  const waited = await run(RunTask, [...base, '--wait'], answers, { people: true });
  expect(waited.err.match(/no such image/g)).toHaveLength(1);
  const looked = await run(RunTask, base, answers, { people: true });
  expect(looked.err).toBe('task a failed to start: no such image\n');
});

describe('--timeout', () => {
  it('stops what still runs when it is over', async () => {
    const ran = await run(RunTask, [...base, '--wait', '--timeout', '0.05s'], waits);
    expect(ran.code).toBe(125);
    expect(ran.err).toContain('the time is up: 1 task still running after 0.05 s');
    expect(stops(ran)).toEqual([{ cluster: undefined, task: 'b', reason: 'Time limit reached' }]);
  });

  it('leaves it running with --on-interrupt detach', async () => {
    const ran = await run(
      RunTask,
      [...base, '--wait', '--timeout', '0.05s', '--on-interrupt', 'detach'],
      waits,
    );
    expect(ran.code).toBe(125);
    expect(stops(ran)).toEqual([]);
    expect(ran.err).toMatch(/left running: longshore logs --task b --follow/);
  });

  it('and Ctrl-C after it leaves at once', async () => {
    const ran = await interrupt('StopTask', ['--wait', '--timeout', '0.5s'], {
      ...waits,
      StopTask: (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    });
    expect(ran.code).toBe(143);
    expect(ran.err).toContain('interrupted');
  });

  it('covers the start', async () => {
    const starts = { RunTask: untilAborted({ tasks: [running('a'), undone('b')], failures: [] }), StopTask };
    const ran = await run(RunTask, [...base, '--wait', '--timeout', '0.05s'], starts);
    expect(ran.code).toBe(125);
    expect(ran.err).toContain('the time is up: 1 task still running after 0.05 s');
    expect(stops(ran)).toMatchObject([{ task: 'a' }]);
  });

  it('that is over before anything was placed is told, and is 125 too', async () => {
    const ran = await run(RunTask, [...base, '--wait', '--timeout', '0.05s'], {
      RunTask: (_, __, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    });
    expect(ran.code).toBe(125);
    expect(ran.err).toContain('the time is up: no task runs after 0.05 s');
    expect(JSON.parse(ran.out)).toEqual({ tasks: [], failures: [] });
  });
});
