import { describe, expect, it } from 'vitest';
import type { ContainerDefinition } from '../../../src/lib/api/types.js';
import { cluster, definition, hostOf, idOf, kit, records, type Kit } from './kit.js';

const app = definition().containerDefinitions[0];
const needs = (containerName: string, condition: 'HEALTHY' | 'SUCCESS' | 'COMPLETE') => ({
  dependsOn: [{ containerName, condition }],
});
const web: ContainerDefinition = { ...app, name: 'web', ...needs('db', 'HEALTHY') };
const db: ContainerDefinition = { ...app, name: 'db', healthCheck: { command: ['CMD', 'true'] } };
const setup: ContainerDefinition = { ...app, name: 'setup', essential: false };

/** A host on which a task of these containers starts, and waits for one of its own. */
async function starting(containers: ContainerDefinition[], made?: Kit) {
  const first = made ?? (await cluster(['web1']));
  const containerDefinitions = containers.map((one) => ({
    ...one,
    name: one.name ?? '',
    image: one.image ?? '',
  }));
  await first.engine.call('RegisterTaskDefinition', { family: 'pair', containerDefinitions });
  const end = new AbortController();
  const running = first.engine.call('RunTask', { taskDefinition: 'pair' }, { signal: end.signal });
  running.catch(() => undefined);
  await expect.poll(() => first.events.some(({ type }) => type === 'task-waiting')).toBe(true);
  await expect
    .poll(async () => (await records(first.store))[0]?.containers.some((c) => c.runtimeId))
    .toBe(true);
  const [record] = await records(first.store);
  const host = hostOf(first, 'web1');
  const containerOf = (name: string) =>
    [...host.containers.values()].find((c) => c.name.includes(`-${name}-`));
  return { made: first, host, running, end, id: record?.id ?? '', containerOf };
}

const stops = (calls: readonly string[]) => calls.filter((call) => /^(stop|kill)Container/.test(call)).length;

describe('a task whose containers wait for each other', () => {
  it('is PENDING meanwhile, and shows what runs', async () => {
    const { made, host, running, id, containerOf } = await starting([web, db]);
    expect(made.events).toContainEqual({
      type: 'task-waiting',
      taskId: id,
      host: 'web1',
      for: [{ container: 'db', condition: 'HEALTHY' }],
    });
    const { tasks } = await made.engine.call('DescribeTasks', { tasks: [id] });
    expect(tasks).toMatchObject([
      { lastStatus: 'PENDING', containers: [{ lastStatus: 'PENDING' }, { lastStatus: 'RUNNING' }] },
    ]);
    host.setHealth(containerOf('db')?.id ?? '', 'healthy');
    expect((await running).tasks).toMatchObject([
      { lastStatus: 'RUNNING', containers: [{ name: 'web' }, { name: 'db', healthStatus: 'HEALTHY' }] },
    ]);
  });

  it('runs although one that had only to complete has ended', async () => {
    const { made, host, running, id, containerOf } = await starting([
      { ...web, ...needs('setup', 'COMPLETE') },
      setup,
    ]);
    host.exit(containerOf('setup')?.id ?? '', 2);
    expect((await running).tasks).toMatchObject([
      {
        lastStatus: 'RUNNING',
        containers: [{ lastStatus: 'RUNNING' }, { lastStatus: 'STOPPED', exitCode: 2 }],
      },
    ]);
    await made.engine.call('Reconcile', {});
    const { tasks } = await made.engine.call('DescribeTasks', { tasks: [id] });
    expect(tasks).toMatchObject([{ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' }]);
  });

  it('stops with what ran and its exit code where a condition can’t come true', async () => {
    const { made, host, running, containerOf } = await starting([
      { ...web, ...needs('setup', 'SUCCESS') },
      setup,
    ]);
    host.exit(containerOf('setup')?.id ?? '', 3);
    const reason =
      'CannotStartContainerError: dependency graph: container ordering dependency [setup] for target [web] did not exit successfully (exit code 3)';
    expect((await running).tasks).toMatchObject([
      {
        lastStatus: 'STOPPED',
        stopCode: 'TaskFailedToStart',
        stoppedReason: reason,
        containers: [
          { lastStatus: 'STOPPED', exitCode: 143, reason },
          { lastStatus: 'STOPPED', exitCode: 3 },
        ],
      },
    ]);
    const { tasks: [task] = [] } = await running;
    expect(task).not.toHaveProperty('startedAt');
    // Its log is of interest; what never ran is gone.
    expect([...host.containers.values()].map(({ status }) => status)).toEqual(['exited']);
    const [cleanup] = await made.store.list<{ neverRan: boolean }>({ prefix: 'cleanup/' });
    expect(cleanup?.value.neverRan).toBe(false);
  });

  it('stops with ECS’s reason where an essential container ends before all run', async () => {
    const { running, host, containerOf } = await starting([web, db, { ...app, name: 'api' }]);
    host.exit(containerOf('api')?.id ?? '', 9);
    expect((await running).tasks).toMatchObject([
      {
        lastStatus: 'STOPPED',
        stopCode: 'EssentialContainerExited',
        containers: [{}, { exitCode: 143 }, { exitCode: 9 }],
      },
    ]);
  });

  it('is stopped by another process', async () => {
    const { made, host, running, id } = await starting([web, db]);
    const other = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    const { task } = await other.engine.call('StopTask', { task: id, reason: 'enough' });
    expect(task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'enough' });
    expect((await running).tasks).toMatchObject([{ lastStatus: 'STOPPED', stopCode: 'UserInitiated' }]);
    expect([...host.containers.values()].map(({ status, exitCode }) => [status, exitCode])).toEqual([
      ['exited', 143],
    ]);
  });

  it('is stopped, not killed, when it is interrupted', async () => {
    const { host, running, end } = await starting([web, db]);
    end.abort(new Error('interrupted'));
    expect((await running).tasks).toMatchObject([
      {
        lastStatus: 'STOPPED',
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'Task failed to start: interrupted',
      },
    ]);
    expect([...host.containers.values()].map(({ status, exitCode }) => [status, exitCode])).toEqual([
      ['exited', 143],
    ]);
  });

  it('is undone by the next settling verb where its client was killed', async () => {
    const { made, host } = await starting([web, db]);
    made.processes.kill(made.pid);
    const copy = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    await copy.engine.call('Reconcile', {});
    expect(await records(made.store)).toMatchObject([
      { lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' },
    ]);
    expect([...host.containers.values()].map(({ status, exitCode }) => [status, exitCode])).toEqual([
      ['exited', 143],
    ]);
  });

  it('is left to be stopped where its host is lost', async () => {
    const { made, host, running } = await starting([web, db]);
    host.vanish();
    await running;
    expect(await records(made.store)).toMatchObject([
      { lastStatus: 'STOPPING', stopCode: 'TaskFailedToStart' },
    ]);
    host.comeBack();
    await made.engine.call('Reconcile', {});
    expect(await records(made.store)).toMatchObject([{ lastStatus: 'STOPPED' }]);
    expect([...host.containers.values()].map(({ status }) => status)).toEqual(['exited']);
  });

  it('keeps nobody from starting, however few may start at once', async () => {
    const made = await cluster(['web1'], { startsPerHost: 1 });
    await starting([web, db], made);
    await made.engine.call('RegisterTaskDefinition', definition());
    const containerDefinitions = [web, db].map((one) => ({
      ...one,
      name: one.name ?? '',
      image: one.image ?? '',
    }));
    await made.engine.call('RegisterTaskDefinition', { family: 'two', containerDefinitions });
    const waits = made.events.length;
    void made.engine.call('RunTask', { taskDefinition: 'two', count: 2 });
    await expect
      .poll(() => made.events.slice(waits).filter(({ type }) => type === 'task-waiting').length)
      .toBe(2);
    hostOf(made, 'web1').vanish();
  });

  it('is left alone by a state that only saw it, as long as something is waited for', async () => {
    let now = Date.now();
    const { made, host, containerOf } = await starting([{ ...web, ...needs('setup', 'SUCCESS') }, setup]);
    const other = await cluster(['web1'], { hosts: made.hosts, clock: () => now });
    await other.engine.call('Recover', { host: 'web1' });
    expect(await records(other.store)).toMatchObject([{ lastStatus: 'PENDING' }]);
    now += 3600_000;
    const calls = stops(host.calls);
    await other.engine.call('Reconcile', {});
    expect(await records(other.store)).toMatchObject([{ lastStatus: 'PENDING' }]);
    expect(stops(host.calls)).toBe(calls);
    // Its client died: nobody starts what could have been started long ago.
    made.abort(new Error('gone'));
    host.hang('startContainer');
    host.exit(containerOf('setup')?.id ?? '', 0);
    now += 3600_000;
    await other.engine.call('Reconcile', {});
    expect(await records(other.store)).toMatchObject([
      { lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' },
    ]);
  });
});

describe('a container with a restart policy', () => {
  const restarted: ContainerDefinition = { ...app, name: 'web', restartPolicy: { enabled: true } };

  it('is started again, and its task goes on', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition('web', restarted));
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    expect(tasks).toMatchObject([{ containers: [{ restartCount: 0 }] }]);
    const host = hostOf(made, 'web1');
    const [container] = host.containers.values();
    expect(container?.options.HostConfig?.RestartPolicy).toEqual({ Name: 'unless-stopped' });
    host.exit(container?.id ?? '', 1);
    host.exit(container?.id ?? '', 0);
    const id = idOf(tasks[0]?.taskArn);
    const described = await made.engine.call('DescribeTasks', { tasks: [id] });
    expect(described.tasks).toMatchObject([
      { lastStatus: 'RUNNING', containers: [{ lastStatus: 'RUNNING', restartCount: 2 }] },
    ]);
    if (container) container.status = 'restarting';
    await made.engine.call('Reconcile', {});
    expect(await records(made.store)).toMatchObject([{ lastStatus: 'RUNNING' }]);
  });

  it('loses it when it is stopped, so that it stays so', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition('web', restarted));
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    await made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
    const host = hostOf(made, 'web1');
    const [container] = host.containers.values();
    expect(container).toMatchObject({
      status: 'exited',
      options: { HostConfig: { RestartPolicy: { Name: 'no' } } },
    });
    const order = host.calls
      .filter((call) => /^(update|stop)Container/.test(call))
      .map((call) => call.slice(0, 6));
    expect(order).toEqual(['stopCo', 'update']);
  });

  it('is one that its own exit code may end', async () => {
    const made = await cluster(['web1']);
    const policy = { enabled: true, ignoredExitCodes: [0] };
    await made.engine.call(
      'RegisterTaskDefinition',
      definition('job', { ...restarted, restartPolicy: policy }),
    );
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'job' });
    const host = hostOf(made, 'web1');
    const [container] = host.containers.values();
    host.exit(container?.id ?? '', 5);
    host.exit(container?.id ?? '', 0);
    const { tasks: after } = await made.engine.call('DescribeTasks', { tasks: [idOf(tasks[0]?.taskArn)] });
    expect(after).toMatchObject([
      {
        lastStatus: 'STOPPED',
        stopCode: 'EssentialContainerExited',
        containers: [{ exitCode: 0, restartCount: 1 }],
      },
    ]);
  });
});
