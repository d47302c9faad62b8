import { describe, expect, it } from 'vitest';
import RunTask from '../../../src/commands/run-task.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { run } from './kit.js';

const running = (id: string) => ({
  taskArn: `arn:t/c/${id}`,
  lastStatus: 'RUNNING',
  containers: [{ name: 'app', exitCode: undefined }],
});
const stopped = (id: string, exitCode: number | undefined) => ({
  taskArn: `arn:t/c/${id}`,
  lastStatus: 'STOPPED',
  containers: [{ name: 'app', exitCode }],
});
const answerOf = (...tasks: ReturnType<typeof stopped>[]) => ({
  tasks,
  exitCodes: tasks.map(({ taskArn, containers }) => ({ taskArn, exitCode: containers[0]?.exitCode ?? 125 })),
});
const two = { RunTask: () => ({ tasks: [running('a'), running('b')], failures: [] }) };
const base = ['--task-definition', 'app'];

describe('run-task', () => {
  it.each([
    ['all run', { tasks: [running('a')], failures: [] }, 0],
    ['some found no place', { tasks: [running('a')], failures: [{ reason: 'RESOURCE:CPU' }] }, 3],
    ['none found a place', { tasks: [], failures: [{ reason: 'RESOURCE:CPU' }] }, 4],
    [
      'none started',
      { tasks: [{ ...running('a'), lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' }], failures: [] },
      1,
    ],
    [
      'one did not start',
      {
        tasks: [running('a'), { ...running('b'), lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' }],
        failures: [],
      },
      3,
    ],
  ])('%s', async (_, answer, code) => {
    const ran = await run(RunTask, base, { RunTask: () => answer });
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.out)).toEqual(answer);
  });

  it.each([
    [[0, 0], 0],
    [[0, 3], 3],
    [[7, 3], 7],
    [[125, 3], 125],
  ])('--wait with exit codes %j gives %i', async (codes, code) => {
    const ended = codes.map((exit, i) => stopped('ab'[i] as string, exit));
    const ran = await run(RunTask, [...base, '--wait'], { ...two, WaitTasks: () => answerOf(...ended) });
    expect(ran.code).toBe(code);
    expect(ran.calls[1]).toEqual({
      operation: 'WaitTasks',
      input: { cluster: undefined, tasks: ['a', 'b'] },
    });
    expect((JSON.parse(ran.out) as { tasks: unknown[] }).tasks).toEqual(JSON.parse(JSON.stringify(ended)));
  });

  it('--wait goes on for the others where a task is given up, and gives 125', async () => {
    const ran = await run(RunTask, [...base, '--wait'], {
      ...two,
      WaitTasks: () => answerOf(stopped('a', 0), running('b')),
    });
    expect(ran.code).toBe(125);
    expect(ran.err).toContain('how task b ended is not known');
  });

  it('--follow prints logs to stdout and nothing else', async () => {
    const line = {
      taskId: 'a',
      family: 'web',
      containers: 1,
      container: 'app',
      host: 'h',
      time: 0,
      timestamp: '',
      stream: 'stdout' as const,
      text: 'hello',
    };
    const ran = await run(
      RunTask,
      [...base, '--follow'],
      { RunTask: () => ({ tasks: [running('a')] }), WaitTasks: () => answerOf(stopped('a', 2)) },
      { lines: [line] },
    );
    expect(ran).toMatchObject({ code: 2, out: 'hello\n' });
  });

  it('a fault of ours under --wait is 125, wrong words still 2', async () => {
    const error = new HostError('web1', 'lost', 'web1 lost', 'look');
    const failing = { RunTask: () => Promise.reject(error) };
    expect((await run(RunTask, [...base, '--wait'], failing)).code).toBe(125);
    expect((await run(RunTask, base, failing)).code).toBe(3);
    expect((await run(RunTask, [...base, '--wait', '--timeout', 'soon'], failing)).code).toBe(2);
    expect((await run(RunTask, [...base, '--timeout', '5m'], failing)).code).toBe(2);
  });

  it('words after -- are the command of the only container', async () => {
    const answers = {
      DescribeTaskDefinition: () => ({ taskDefinition: { containerDefinitions: [{ name: 'app' }] } }),
      RunTask: () => ({ tasks: [running('a')] }),
    };
    const ran = await run(RunTask, [...base, '--', 'bin/migrate', '--all'], answers);
    expect(ran.calls[1]?.input).toEqual({
      taskDefinition: 'app',
      overrides: { containerOverrides: [{ name: 'app', command: ['bin/migrate', '--all'] }] },
    });
  });

  it('words after -- need a name where there are several containers', async () => {
    const several = {
      DescribeTaskDefinition: () => ({
        taskDefinition: { containerDefinitions: [{ name: 'app' }, { name: 'log' }] },
      }),
      RunTask: () => ({ tasks: [running('a')] }),
    };
    const ran = await run(RunTask, [...base, '--', 'x'], several);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toMatch(/Say whose command it is: --container app\|log\./);
    const named = await run(RunTask, [...base, '--container', 'log', '--', 'x'], several);
    expect(named.calls[0]?.input).toMatchObject({
      overrides: { containerOverrides: [{ name: 'log', command: ['x'] }] },
    });
  });

  it('--dry-run shows people the plan', async () => {
    const ran = await run(
      RunTask,
      [...base, '--count', '2', '--dry-run'],
      {
        RunTask: (_, { onEvent }) => {
          onEvent({ type: 'plan', host: 'web1', tasks: 1 });
          onEvent({
            type: 'plan',
            host: 'web2',
            tasks: 0,
            refusal: { reason: 'RESOURCE:MEMORY', detail: 'has 3 MiB of 512' },
          });
          return { tasks: [{}], failures: [{ reason: 'RESOURCE:MEMORY' }] };
        },
      },
      { people: true },
    );
    expect(ran.code).toBe(3);
    expect(ran.out).toMatch(/web1 +1 +-\n/);
    expect(ran.out).toMatch(/web2 +0 +RESOURCE:MEMORY: has 3 MiB of 512\n/);
    expect(ran.out).toMatch(/1 task would start\. Nothing was changed\.\n$/);
  });
});
