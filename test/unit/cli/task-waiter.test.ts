import { describe, expect, it } from 'vitest';
import TasksRunning from '../../../src/commands/wait/tasks-running.js';
import TasksStopped from '../../../src/commands/wait/tasks-stopped.js';
import { EcsError } from '../../../src/lib/api/errors.js';
import { run } from './kit.js';

const task = (name: string, lastStatus: string) => ({
  taskArn: `arn:aws:ecs:local:0:task/c/${name.repeat(32)}`,
  lastStatus,
  stoppedReason: 'Essential container in task exited',
});
const missing = { arn: `arn:aws:ecs:local:0:task/c/${'f'.repeat(32)}`, reason: 'MISSING' };
const answer = (tasks: object[], failures: object[] = []) => ({ WaitTasks: () => ({ tasks, failures }) });

describe('wait tasks-running', () => {
  it('says nothing where they run, and waits ten minutes as the AWS CLI does', async () => {
    const argv = ['--cluster', 'c', '--tasks', 'a', 'b', '--include', 'TAGS'];
    const ran = await run(TasksRunning, argv, answer([task('a', 'RUNNING'), task('b', 'RUNNING')]));
    expect(ran).toMatchObject({ code: 0, out: '', err: '' });
    expect(ran.calls).toEqual([
      {
        operation: 'WaitTasks',
        input: { cluster: 'c', tasks: ['a', 'b'], until: 'RUNNING', timeout: 600 },
      },
    ]);
  });

  it.each([
    [[task('a', 'RUNNING'), task('b', 'STOPPED')], [], /task bbbbbbbb has stopped: Essential container/],
    [[task('a', 'RUNNING')], [missing], /there is no task f{32}/],
    [[task('a', 'PENDING')], [], /task aaaaaaaa is not running after 600 s/],
    [
      [task('a', 'PENDING'), task('b', 'PENDING'), task('c', 'PENDING')],
      [],
      /task aaaaaaaa and 2 other tasks are not running after 600 s/,
    ],
  ])('ends with 255 where they don’t: %#', async (tasks, failures, says) => {
    const ran = await run(TasksRunning, ['--tasks', 'a'], answer(tasks, failures));
    expect(ran).toMatchObject({ code: 255, out: '' });
    expect(ran.err).toMatch(/^Waiter TasksRunning failed: [^\n]+\n$/);
    expect(ran.err).toMatch(says);
  });
});

describe('wait tasks-stopped', () => {
  it('is content with those that there are', async () => {
    const ran = await run(
      TasksStopped,
      ['--tasks', 'a', '--timeout', '2h'],
      answer([task('a', 'STOPPED')], [missing]),
    );
    expect(ran).toMatchObject({ code: 0, out: '', err: '' });
    expect(ran.calls[0]?.input).toEqual({ tasks: ['a'], until: 'STOPPED', timeout: 7200 });
  });

  it.each([
    [[task('a', 'RUNNING')], [], 'task aaaaaaaa is not stopped after 600 s'],
    [[], [missing], `there is no task ${'f'.repeat(32)}`],
  ])('ends with 255 where they haven’t: %#', async (tasks, failures, says) => {
    const ran = await run(TasksStopped, ['--tasks', 'a'], answer(tasks, failures));
    expect(ran).toMatchObject({ code: 255, out: '', err: `Waiter TasksStopped failed: ${says}\n` });
  });

  it('ends with 255 where it is refused, and with 2 where the words make no sense', async () => {
    const refused = await run(TasksStopped, ['--tasks', 'a'], {
      WaitTasks: () => Promise.reject(new EcsError('ClusterNotFoundException', 'Cluster not found.')),
    });
    expect(refused.code).toBe(255);
    expect(refused.err).toContain('(ClusterNotFoundException)');
    for (const argv of [[], ['--tasks', 'a', '--timeout', 'soon'], ['--tasks', 'a', '--refresh']]) {
      expect((await run(TasksStopped, argv, {})).code).toBe(2);
    }
  });
});

it('an interrupted wait says nothing of what it would have waited for', async () => {
  let send = (_: string) => {};
  const ran = await run(
    TasksStopped,
    ['--tasks', 'a'],
    {
      WaitTasks: async () => {
        send('SIGINT');
        return { tasks: [task('a', 'RUNNING')], failures: [] };
      },
    },
    { signals: (by) => (send = by) },
  );
  expect(ran).toMatchObject({ code: 130, out: '', err: 'interrupted\n' });
});
