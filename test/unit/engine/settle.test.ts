import { describe, expect, it } from 'vitest';
import type { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { cluster, definition, hostOf, idOf, kit, records, type Kit } from './kit.js';

type Method = Parameters<FakeDockerHost['hang']>[0];

/** Another process over the same state, after the first one died. */
function survivor(first: Kit): Kit {
  first.processes.kill(first.pid);
  return kit({ store: first.store, hosts: first.hosts, processes: first.processes });
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(condition()).toBe(true);
}

describe('a run-task whose client was killed', () => {
  for (const method of ['inspectImage', 'createContainer', 'startContainer'] as Method[]) {
    it(`is undone by the next settling verb (killed at ${method})`, async () => {
      const first = await cluster(['web1']);
      await first.engine.call('RegisterTaskDefinition', definition());
      const host = hostOf(first, 'web1');
      host.hang(method);
      const seen = host.calls.length;
      void first.engine.call('RunTask', { taskDefinition: 'web' }).catch(() => undefined);
      await until(() => host.calls.slice(seen).some((c) => c.startsWith(method ?? '')));
      // Its requests never return: to the first client that is the same as having been killed.
      const copy = survivor(first);
      letNewcomersThrough(host);
      await copy.engine.call('Reconcile', {});
      const [record] = await records(first.store);
      expect(record).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
      expect([...host.containers.values()].map((c) => c.status)).toEqual([]);
      const { containerInstances } = await copy.engine.call('DescribeContainerInstances', {
        containerInstances: ['web1'],
      });
      const cpu = containerInstances?.[0]?.remainingResources?.find((r) => r.name === 'CPU');
      expect(cpu?.integerValue).toBe(2048);
    });
  }
});

/** What hangs goes on hanging; requests from now on pass. */
function letNewcomersThrough(host: FakeDockerHost): void {
  Object.defineProperty(host, 'enter', {
    value: async (name: string, ...details: string[]) => void host.calls.push([name, ...details].join(' ')),
  });
}

describe('a stop', () => {
  it('that was under way is finished', async () => {
    const first = await cluster(['web1']);
    await first.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await first.engine.call('RunTask', { taskDefinition: 'web' });
    const host = hostOf(first, 'web1');
    host.hang('stopContainer');
    const seen = host.calls.length;
    void first.engine
      .call('StopTask', { task: idOf(tasks[0]?.taskArn), reason: 'enough' })
      .catch(() => undefined);
    await until(() => host.calls.slice(seen).some((c) => c.startsWith('stopContainer')));
    const copy = survivor(first);
    letNewcomersThrough(host);
    await copy.engine.call('Reconcile', {});
    const [record] = await records(first.store);
    expect(record).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: 'enough',
    });
    expect([...host.containers.values()].every((c) => c.status === 'exited')).toBe(true);
  });

  it('of a task on a dead host is carried out when the host is back', async () => {
    const first = await cluster(['web1']);
    await first.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await first.engine.call('RunTask', { taskDefinition: 'web' });
    const host = hostOf(first, 'web1');
    host.vanish();
    const { task } = await first.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
    expect(task).toMatchObject({ desiredStatus: 'STOPPED', lastStatus: 'STOPPING' });
    expect(first.events.some((e) => e.type === 'host-failed')).toBe(true);
    host.comeBack();
    await survivor(first).engine.call('Reconcile', {});
    expect((await records(first.store))[0]?.lastStatus).toBe('STOPPED');
  });
});

describe('an essential container that ended while nobody looked', () => {
  it('leaves the task STOPPING until a settling verb stops its siblings', async () => {
    const made = await cluster(['web1']);
    const { containerDefinitions } = definition();
    await made.engine.call('RegisterTaskDefinition', {
      family: 'pair',
      containerDefinitions: [
        ...containerDefinitions,
        { ...containerDefinitions[0], name: 'side', essential: false },
      ],
    });
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'pair' });
    const id = idOf(tasks[0]?.taskArn);
    const host = hostOf(made, 'web1');
    const app = [...host.containers.values()].find((c) => c.name.includes('-app-'));
    host.exit(app?.id ?? '', 7);
    const look = await made.engine.call('DescribeTasks', { tasks: [id] });
    expect(look.tasks?.[0]).toMatchObject({
      lastStatus: 'STOPPING',
      desiredStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
    });
    expect([...host.containers.values()].filter((c) => c.status === 'running')).toHaveLength(1);
    await made.engine.call('Reconcile', {});
    const after = await made.engine.call('DescribeTasks', { tasks: [id] });
    expect(after.tasks?.[0]).toMatchObject({
      lastStatus: 'STOPPED',
      stoppedReason: 'Essential container in task exited',
    });
    expect([...host.containers.values()].filter((c) => c.status === 'running')).toEqual([]);
  });
});
