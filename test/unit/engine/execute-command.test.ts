import { describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/lib/engine/engine.js';
import { cluster, definition, hostOf, idOf, type Kit } from './kit.js';

/** A task of two containers, `app` and `side`, on web1. */
async function pair(): Promise<{ made: Kit; task: string }> {
  const made = await cluster(['web1']);
  const { containerDefinitions, family } = definition('pair');
  const side = { ...containerDefinitions[0], name: 'side', essential: false };
  await made.engine.call('RegisterTaskDefinition', {
    family,
    containerDefinitions: [...containerDefinitions, side],
  });
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'pair' });
  return { made, task: idOf(tasks[0]?.taskArn) };
}

const containerOf = ({ made }: { made: Kit }, name: string): string =>
  [...hostOf(made, 'web1').containers.values()].find((c) => c.name.includes(`-${name}-`))?.id ?? '';

async function outputOf(execution: Execution): Promise<string[]> {
  const all: string[] = [];
  for await (const { stream, data } of execution.output) all.push(`${stream} ${data}`);
  return all;
}

describe('a command in a container', () => {
  it('runs in the one that is named, and tells how it ended', async () => {
    const { made, task } = await pair();
    const execution = await made.engine.execute({
      task: task.slice(0, 8),
      container: 'side',
      command: `sh -c 'echo "a b"; echo c >&2; exit 3'`,
      interactive: false,
    });
    expect(execution.answer).toMatchObject({
      clusterArn: expect.stringMatching(/:cluster\/default$/),
      taskArn: expect.stringMatching(new RegExp(`:task/default/${task}$`)),
      containerArn: expect.stringMatching(/:container\/default\//),
      containerName: 'side',
      interactive: false,
    });
    expect(execution.host).toBe('web1');
    expect(execution.stdin).toBeUndefined();
    expect(await outputOf(execution)).toEqual(['stdout a b\n', 'stderr c\n']);
    expect(await execution.ended()).toEqual({ exitCode: 3 });
    const [exec] = hostOf(made, 'web1').execs;
    expect(exec?.options).toEqual({
      command: ['sh', '-c', 'echo "a b"; echo c >&2; exit 3'],
      stdin: false,
      tty: false,
    });
  });

  it('runs in the only one that is running', async () => {
    const subject = await pair();
    const { made, task } = subject;
    hostOf(made, 'web1').exit(containerOf(subject, 'side'), 0);
    const execution = await made.engine.execute({ task, command: 'cat', interactive: true });
    expect(execution.answer.containerName).toBe('app');
    execution.stdin?.end('in');
    expect(await outputOf(execution)).toEqual(['stdout in']);
  });

  it('has the terminal that is asked for', async () => {
    const { made, task } = await pair();
    const terminal = { rows: 5, columns: 6 };
    const execution = await made.engine.execute({
      task,
      container: 'app',
      command: 'stty size',
      interactive: true,
      terminal,
    });
    expect(await outputOf(execution)).toEqual(['stdout 5 6\r\n']);
  });

  it("that is no program is told from one that fails, and its output from the engine's words", async () => {
    const { made, task } = await pair();
    const run = (command: string) =>
      made.engine.execute({ task, container: 'app', command, interactive: false });
    const none = await run('nope --flag');
    expect(await outputOf(none)).toEqual([]);
    expect(await none.ended()).toEqual({
      exitCode: 127,
      notStarted: '"nope": executable file not found in $PATH',
    });
    const words = await run(`sh -c 'echo OCI runtime exec failed; exit 126'`);
    expect(await outputOf(words)).toEqual(['stdout OCI runtime exec failed\n']);
    expect(await words.ended()).toEqual({ exitCode: 126 });
  });

  it('that an engine refuses at once is no program either', async () => {
    const { made, task } = await pair();
    const refusal =
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "/etc": permission denied: unknown';
    hostOf(made, 'web1').failNext('exec', refusal, 400);
    const execution = await made.engine.execute({
      task,
      container: 'app',
      command: '/etc',
      interactive: false,
    });
    expect(await outputOf(execution)).toEqual([]);
    expect(await execution.ended()).toEqual({ exitCode: 126, notStarted: '"/etc": permission denied' });
  });

  it('is let go of when the user ends it', async () => {
    const { made, task } = await pair();
    const execution = await made.engine.execute({
      task,
      container: 'app',
      command: 'sleep 1000',
      interactive: true,
    });
    const reading = outputOf(execution);
    made.abort(new Error('interrupted'));
    expect(await reading).toEqual([]);
  });

  it('under a host that vanishes is lost', async () => {
    const { made, task } = await pair();
    const request = { task, container: 'app', command: 'sleep 1000', interactive: true };
    const reading = outputOf(await made.engine.execute(request));
    hostOf(made, 'web1').vanish();
    await expect(reading).rejects.toMatchObject({ kind: 'lost' });
  });
});

describe('a command is refused', () => {
  it.each([
    ['without a container where several run', {}, /^The task has 2 running containers: app, side\.$/],
    ['in a container that the task has not', { container: 'db' }, /^The task has no container named db\.$/],
    ['that is empty', { command: ' ' }, /^command cannot be empty\.$/],
    ['that can not be read', { command: "'" }, /^The command has a ' without its end\.$/],
    ['in a task that is not there', { task: 'ffff' }, /^The referenced task was not found\.$/],
  ])('%s', async (_, change, message) => {
    const { made, task } = await pair();
    const request = { task, command: 'true', interactive: false, ...change };
    await expect(made.engine.execute(request)).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringMatching(message),
    });
  });

  it('in what has ended', async () => {
    const subject = await pair();
    const { made, task } = subject;
    const request = { task, command: 'true', interactive: false };
    hostOf(made, 'web1').exit(containerOf(subject, 'side'), 4);
    await expect(made.engine.execute({ ...request, container: 'side' })).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringContaining('the container side is not running: it is exited (exit code 4)'),
    });
    hostOf(made, 'web1').exit(containerOf(subject, 'app'), 0);
    await expect(made.engine.execute(request)).rejects.toThrow(
      /no container of the task is running \(app, side\)/,
    );
    await made.engine.call('StopTask', { task });
    await expect(made.engine.execute(request)).rejects.toThrow(/is STOPPED/);
  });

  it('where the host is out of reach', async () => {
    const { made, task } = await pair();
    hostOf(made, 'web1').vanish();
    await expect(made.engine.execute({ task, command: 'true', interactive: false })).rejects.toMatchObject({
      code: 'TargetNotConnectedException',
      message: expect.stringContaining('web1: the connection dropped'),
    });
  });

  it('as a bare operation, which has no streams', async () => {
    const { made, task } = await pair();
    const call = made.engine.call('ExecuteCommand', { task, command: 'true', interactive: true });
    await expect(call).rejects.toMatchObject({ code: 'ClientException' });
  });
});
