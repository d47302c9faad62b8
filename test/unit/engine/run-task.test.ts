import { describe, expect, it } from 'vitest';
import { cluster, definition, fakeHost, hostOf, idOf, kit, records } from './kit.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';

describe('RunTask', () => {
  it('places tasks, starts them and answers when they run', async () => {
    const { engine, hosts } = await cluster(['web1', 'web2']);
    await engine.call('RegisterTaskDefinition', definition());
    const { tasks = [], failures } = await engine.call('RunTask', {
      taskDefinition: 'web',
      count: 4,
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
    });
    expect(failures).toEqual([]);
    expect(tasks.map((t) => t.lastStatus)).toEqual(['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING']);
    expect([...hosts.hosts.values()].map((h) => h.containers.size)).toEqual([2, 2]);
    expect(tasks[0]?.taskDefinitionArn).toBe('arn:aws:ecs:local:000000000000:task-definition/web:1');
    expect(tasks[0]?.group).toBe('family:web');
  });

  it('gives one task and one failure where one of two fits', async () => {
    const { engine } = await cluster(['web1'], { memory: 150 });
    await engine.call('RegisterTaskDefinition', definition());
    const { tasks, failures } = await engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    expect(tasks).toHaveLength(1);
    expect(failures).toHaveLength(1);
    expect(failures?.[0]).toMatchObject({
      reason: 'RESOURCE:MEMORY',
      detail: expect.stringContaining('web1'),
    });
  });

  it('passes draining hosts by; where all are, it says what it says of a cluster without hosts', async () => {
    const { engine } = await cluster(['web1', 'web2']);
    await engine.call('RegisterTaskDefinition', definition());
    const drain = (...containerInstances: string[]) =>
      engine.call('UpdateContainerInstancesState', { containerInstances, status: 'DRAINING' });
    await drain('web1');
    const { tasks } = await engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    expect(new Set(tasks?.map(({ containerInstanceArn }) => containerInstanceArn)).size).toBe(1);
    await drain('web2');
    const run = engine.call('RunTask', { taskDefinition: 'web' });
    await expect(run).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'No Container Instances were found in your cluster.',
      remedy: expect.stringMatching(/^All of its hosts are draining/) as string,
    });
  });

  it('takes no tags of a service', async () => {
    const { engine } = await cluster(['web1']);
    await engine.call('RegisterTaskDefinition', definition());
    const run = engine.call('RunTask', { taskDefinition: 'web', propagateTags: 'SERVICE' });
    await expect(run).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'propagateTags of a task that no service starts must be TASK_DEFINITION or NONE, not SERVICE.',
    });
  });

  it('chooses dynamic host ports and keeps them', async () => {
    const { engine, store } = await cluster(['web1']);
    await engine.call('RegisterTaskDefinition', definition('web', { portMappings: [{ containerPort: 80 }] }));
    const { tasks = [] } = await engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    const ports = tasks.map((t) => t.containers?.[0]?.networkBindings?.[0]?.hostPort);
    expect(new Set(ports).size).toBe(2);
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(32768);
    expect((await records(store)).flatMap((r) => r.resources.ports).sort()).toEqual(
      ports.map((p) => `tcp/${p}`).sort(),
    );
  });

  it('goes to the next host where a fixed port turns out to be taken', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call(
      'RegisterTaskDefinition',
      definition('web', { portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
    );
    hostOf(made, 'web1').failNextStartWithPortInUse(8080);
    hostOf(made, 'web1').occupied.tcp.add(8080);
    const { tasks = [], failures } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    expect(failures).toEqual([]);
    expect(tasks[0]?.lastStatus).toBe('RUNNING');
    expect(hostOf(made, 'web2').containers.size).toBe(1);
    expect(hostOf(made, 'web1').containers.size).toBe(0);
  });

  it('goes on without a host that is down, and names it', async () => {
    const made = await cluster(['web1', 'web2']);
    await made.engine.call('RegisterTaskDefinition', definition());
    hostOf(made, 'web1').vanish();
    const { tasks = [], failures } = await made.engine.call('RunTask', {
      taskDefinition: 'web',
      count: 3,
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
    });
    expect(failures).toEqual([]);
    expect(tasks).toHaveLength(3);
    expect(hostOf(made, 'web2').containers.size).toBe(3);
    expect(made.events.filter((e) => e.type === 'host-failed').map((e) => e.host)).toContain('web1');
  });

  it('keeps an image that cannot be pulled from becoming anything but a stopped task', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition('web', { image: 'nowhere/none:1' }));
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    expect(tasks[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    expect(tasks[0]?.stoppedReason).toMatch(/^CannotPullContainerError/);
    expect(hostOf(made, 'web1').containers.size).toBe(0);
    expect(await made.store.get('usage/default/x')).toBeUndefined();
    const again = await made.engine.call('RunTask', { taskDefinition: 'web', count: 10 });
    expect(again.failures).toEqual([]);
  });

  it('repeats nothing for the same client token, and refuses it for another request', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const first = await made.engine.call('RunTask', { taskDefinition: 'web', clientToken: 'a/b' });
    const second = await made.engine.call('RunTask', { clientToken: 'a/b', taskDefinition: 'web' });
    expect(second.tasks?.map((t) => t.taskArn)).toEqual(first.tasks?.map((t) => t.taskArn));
    expect(hostOf(made, 'web1').containers.size).toBe(1);
    await expect(
      made.engine.call('RunTask', { taskDefinition: 'web', clientToken: 'a/b', count: 2 }),
    ).rejects.toMatchObject({
      code: 'ConflictException',
    });
  });

  it('knows the same request by a client token, by whichever name it calls things', async () => {
    const made = await cluster(['web1']);
    await made.engine.call('RegisterTaskDefinition', definition());
    const clusterArn = 'arn:aws:ecs:eu-west-1:1:cluster/default';
    const definitionArn = 'arn:aws:ecs:local:000000000000:task-definition/web';
    const run = async (clientToken: string, taskDefinition: string, by?: string) => {
      const { tasks } = await made.engine.call('RunTask', { taskDefinition, cluster: by, clientToken });
      return tasks?.map(({ taskArn }) => taskArn);
    };
    const first = await run('a', 'web');
    const exact = await run('b', 'web:1');
    // It is not what the family means now that counts, but what was asked for.
    await made.engine.call('RegisterTaskDefinition', definition());
    expect(await run('a', definitionArn, clusterArn)).toEqual(first);
    expect(await run('a', 'web', 'default')).toEqual(first);
    expect(await run('b', `${definitionArn}:1`, clusterArn)).toEqual(exact);
    await expect(run('a', 'web:2')).rejects.toMatchObject({ code: 'ConflictException' });
    await expect(run('b', `${definitionArn}:2`)).rejects.toMatchObject({ code: 'ConflictException' });
    expect(hostOf(made, 'web1').containers.size).toBe(2);
  });

  it('plans without touching anything under dryRun', async () => {
    const made = await cluster(['web1', 'web2'], { memory: 150 });
    await made.engine.call('RegisterTaskDefinition', definition());
    const before = [...hostOf(made, 'web1').calls];
    const { tasks, failures } = await made.engine.call('RunTask', {
      taskDefinition: 'web',
      count: 3,
      dryRun: true,
    });
    expect([tasks?.length, failures?.length]).toEqual([2, 1]);
    expect(await records(made.store)).toEqual([]);
    expect(
      hostOf(made, 'web1')
        .calls.slice(before.length)
        .filter((c) => /create|start|remove/.test(c)),
    ).toEqual([]);
    expect(
      made.events
        .filter((e) => e.type === 'plan')
        .map((e) => [e.host, e.tasks])
        .sort(),
    ).toEqual([
      ['web1', 1],
      ['web2', 1],
    ]);
  });

  it('refuses as ECS does', async () => {
    const made = kit();
    await expect(made.engine.call('RunTask', { taskDefinition: 'web' })).rejects.toMatchObject({
      code: 'ClusterNotFoundException',
    });
    await made.engine.call('CreateCluster', {});
    await expect(made.engine.call('RunTask', { taskDefinition: 'web' })).rejects.toMatchObject({
      message: 'TaskDefinition not found.',
    });
    await made.engine.call('RegisterTaskDefinition', definition());
    await expect(made.engine.call('RunTask', { taskDefinition: 'web:1' })).rejects.toMatchObject({
      message: 'No Container Instances were found in your cluster.',
    });
    await made.engine.call('DeregisterTaskDefinition', { taskDefinition: 'web:1' });
    await expect(made.engine.call('RunTask', { taskDefinition: 'web:1' })).rejects.toMatchObject({
      message: 'TaskDefinition is inactive',
    });
  });

  it('uses room that came free while nobody looked', async () => {
    const made = await cluster(['web1'], { memory: 150 });
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    hostOf(made, 'web1').exit([...hostOf(made, 'web1').containers.keys()][0] ?? '', 3);
    const second = await made.engine.call('RunTask', { taskDefinition: 'web' });
    expect(second.tasks?.[0]?.lastStatus).toBe('RUNNING');
    const { tasks: ended = [] } = await made.engine.call('DescribeTasks', {
      tasks: [idOf(tasks[0]?.taskArn)],
    });
    expect(ended[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited' });
    expect(ended[0]?.containers?.[0]?.exitCode).toBe(3);
  });

  it('never over-fills a host with 8 processes at once on one state and 2 states on the same hosts', async () => {
    const hosts = new FakeHosts(['web1', 'web2', 'web3'].map((name) => fakeHost(name, 1000)));
    const first = await cluster(['web1', 'web2', 'web3'], { hosts });
    const second = await cluster(['web1', 'web2', 'web3'], { hosts });
    await first.engine.call('RegisterTaskDefinition', definition());
    await second.engine.call('RegisterTaskDefinition', definition());
    const processes = [first, second].flatMap((state) =>
      Array.from({ length: 4 }, () => kit({ store: state.store, hosts, processes: state.processes })),
    );
    const answers = await Promise.all(
      processes.map((p) => p.engine.call('RunTask', { taskDefinition: 'web', count: 5 })),
    );
    const running = answers.flatMap((a) => a.tasks ?? []).filter((t) => t.lastStatus === 'RUNNING');
    const failed = answers.flatMap((a) => a.failures ?? []);
    expect(running.length + failed.length).toBe(40);
    for (const host of hosts.hosts.values()) {
      const up = [...host.containers.values()].filter((c) => c.status === 'running');
      expect(up.length).toBeLessThanOrEqual(10);
      expect([...host.containers.values()].filter((c) => c.status === 'created')).toEqual([]);
    }
    // 3 hosts of 10 places each: all are used.
    expect(running.length).toBe(30);
  });
});
