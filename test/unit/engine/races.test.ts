import { describe, expect, it } from 'vitest';
import type { TokenRecord } from '../../../src/lib/engine/records.js';
import { cluster, definition, hostOf, idOf, kit, records, type Kit } from './kit.js';

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(condition()).toBe(true);
}

describe('a stop while the task starts', () => {
  it('keeps it from ever running, however far the start is', async () => {
    for (const method of ['inspectImage', 'createContainer'] as const) {
      const made = await cluster(['web1']);
      await made.engine.call('RegisterTaskDefinition', definition());
      const host = hostOf(made, 'web1');
      host.hang(method);
      const seen = host.calls.length;
      const running = made.engine.call('RunTask', { taskDefinition: 'web' });
      await until(() => host.calls.slice(seen).some((c) => c.startsWith(method)));
      const [task] = await records(made.store);
      const other = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
      await other.engine.call('StopTask', { task: task?.id ?? '' });
      host.release();
      const { tasks } = await running;
      expect(tasks?.[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated' });
      expect(host.calls.slice(seen).filter((c) => c.startsWith('startContainer'))).toEqual([]);
      expect(host.containers.size).toBe(0);
    }
  });

  it('is not undone by placing the task again', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call(
      'RegisterTaskDefinition',
      definition('web', { portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
    );
    const all = [...made.hosts.hosts.values()];
    for (const host of all) host.failNextStartWithPortInUse(8080);
    const other = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    for (const host of all) host.hang('startContainer');
    const running = made.engine.call('RunTask', { taskDefinition: 'web' });
    await until(() => all.some((host) => host.calls.some((c) => c.startsWith('startContainer'))));
    const [task] = await records(made.store);
    const stopping = other.engine.call('StopTask', { task: task?.id ?? '' });
    for (const host of all) host.release();
    await Promise.all([running, stopping]);
    const after = await records(made.store);
    expect(after).toHaveLength(1);
    expect(after[0]?.lastStatus).toBe('STOPPED');
    expect(all.flatMap((h) => [...h.containers.values()]).filter((c) => c.status === 'running')).toEqual([]);
  });
});

describe('a wait', () => {
  it('ends for a task whose starter was killed', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const host = hostOf(made, 'web1');
    const dead = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    host.hang('stopContainer');
    void dead.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) }).catch(() => undefined);
    await until(() => host.calls.some((c) => c.startsWith('stopContainer')));
    made.processes.kill(dead.pid);
    const waiting = made.engine.call('WaitTasks', { tasks: [idOf(tasks[0]?.taskArn)] });
    host.exit([...host.containers.keys()][0] ?? '', 9);
    host.release();
    expect((await waiting).tasks?.[0]).toMatchObject({ lastStatus: 'STOPPED' });
  });
});

describe('a client token', () => {
  it('that placed nothing is free for another try, and a killed call is settled before it is repeated', async () => {
    const made = await cluster(['web1'], { memory: 150 });
    await made.engine.call('RegisterTaskDefinition', definition('big', { memory: 400 }));
    await made.engine.call('RegisterTaskDefinition', definition());
    const none = await made.engine.call('RunTask', { taskDefinition: 'big', clientToken: 't' });
    expect(none.failures).toHaveLength(1);
    const again = await made.engine.call('RunTask', { taskDefinition: 'big', clientToken: 't' });
    expect(again.failures).toHaveLength(1);

    const dead = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    const host = hostOf(made, 'web1');
    host.hang('createContainer');
    const seen = host.calls.length;
    void dead.engine.call('RunTask', { taskDefinition: 'web', clientToken: 'u' }).catch(() => undefined);
    await until(() => host.calls.slice(seen).some((c) => c.startsWith('createContainer')));
    made.processes.kill(dead.pid);
    const { tasks } = await made.engine.call('RunTask', { taskDefinition: 'web', clientToken: 'u' });
    expect(tasks?.[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
  });

  it('whose tasks no host could take in the end is free for another try', async () => {
    const made = await cluster(['web1']);
    const host = hostOf(made, 'web1');
    const fixed = { portMappings: [{ containerPort: 80, hostPort: 8080 }] };
    await made.engine.call('RegisterTaskDefinition', definition('web', fixed));
    const run = () => made.engine.call('RunTask', { taskDefinition: 'web', clientToken: 't' });
    host.failNextStartWithPortInUse(8080);
    host.occupied.tcp.add(8080);
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await run()).toMatchObject({ tasks: [], failures: [{ reason: 'RESOURCE:PORTS' }] });
    }
    host.occupied.tcp.delete(8080);
    const { tasks } = await run();
    expect(tasks).toMatchObject([{ lastStatus: 'RUNNING' }]);
    expect((await run()).tasks).toEqual(tasks);
  });

  it('keeps the tasks that found a place where others did not', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const constraints = [{ type: 'distinctInstance' as const }];
    const input = { taskDefinition: 'web', clientToken: 't', count: 2, placementConstraints: constraints };
    hostOf(made, 'web2').vanish();
    const first = await made.engine.call('RunTask', input);
    expect(first.tasks).toHaveLength(1);
    expect(first.failures).toHaveLength(1);
    const again = await made.engine.call('RunTask', input);
    expect(again.tasks?.map((task) => task.taskArn)).toEqual(first.tasks?.map((task) => task.taskArn));
    expect((await made.store.list<TokenRecord>({ prefix: 'token/' }))[0]?.value.tasks).toHaveLength(1);
  });

  it('whose call is still looking for a place is waited for, and taken over where there is none', async () => {
    const made = await cluster(['web1']);
    const host = hostOf(made, 'web1');
    const fixed = { portMappings: [{ containerPort: 80, hostPort: 8080 }] };
    await made.engine.call('RegisterTaskDefinition', definition('web', fixed));
    const run = (by: Kit) => by.engine.call('RunTask', { taskDefinition: 'web', clientToken: 't' });
    host.failNextStartWithPortInUse(8080);
    host.hang('startContainer');
    const first = run(made);
    await until(() => host.calls.some((call) => call.startsWith('startContainer')));
    const second = run(kit({ store: made.store, hosts: made.hosts, processes: made.processes }));
    host.occupied.tcp.add(8080);
    host.release();
    expect(await first).toMatchObject({ tasks: [], failures: [{ reason: 'RESOURCE:PORTS' }] });
    expect(await second).toMatchObject({ tasks: [], failures: [{ reason: 'RESOURCE:PORTS' }] });
    expect(await made.store.list({ prefix: 'token/' })).toEqual([]);
  });
});

describe('a host that was taken out by force', () => {
  it('keeps its tasks through reconcile, and brings them back', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    await made.engine.call('RunTask', { taskDefinition: 'web' });
    await made.engine.call('DeregisterContainerInstance', { containerInstance: 'web1', force: true });
    await made.engine.call('RegisterContainerInstance', { host: 'web1' });
    await made.engine.call('Reconcile', {});
    expect([...hostOf(made, 'web1').containers.values()].map((c) => c.status)).toEqual(['running']);
    expect((await made.engine.call('ListTasks', {})).taskArns).toHaveLength(1);
  });
});

describe('a host said to be away', () => {
  it('is not picked before it is seen again', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call('RegisterTaskDefinition', definition());
    hostOf(made, 'web1').vanish();
    await made.engine.call('ListTasks', {});
    const before = hostOf(made, 'web1').calls.length;
    await made.engine.call('RunTask', { taskDefinition: 'web', count: 6 });
    expect(hostOf(made, 'web1').calls.length).toBe(before);
    hostOf(made, 'web1').comeBack();
    await made.engine.call('ListTasks', {});
    const strategy = [{ type: 'spread' as const, field: 'instanceId' }];
    await made.engine.call('RunTask', { taskDefinition: 'web', placementStrategy: strategy });
    expect(hostOf(made, 'web1').containers.size).toBe(1);
  });
});

describe('a registration done again', () => {
  it('keeps what was said of the host before', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterContainerInstance', {
      host: 'web1',
      zone: 'a',
      reserve: { memory: 100 },
      attributes: [{ name: 'disk', value: 'ssd' }],
    });
    await made.engine.call('RegisterContainerInstance', { host: 'web1' });
    const { containerInstances } = await made.engine.call('DescribeContainerInstances', {
      containerInstances: ['web1'],
    });
    const attributes = new Map(containerInstances?.[0]?.attributes?.map((a) => [a.name, a.value]));
    expect([attributes.get('ecs.availability-zone'), attributes.get('disk')]).toEqual(['a', 'ssd']);
    const memory = containerInstances?.[0]?.remainingResources?.find((r) => r.name === 'MEMORY');
    expect(memory?.integerValue).toBe(900);
  });
});
