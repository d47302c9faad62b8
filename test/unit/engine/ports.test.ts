import { beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../src/lib/api/types.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { definition, fakeHost, kit, type Kit } from './kit.js';

describe('two hosts with two dynamic ports each', () => {
  const names = ['web1', 'web2'];
  const placementStrategy = [{ type: 'binpack' as const, field: 'memory' }];
  const run = (made: Kit, count: number, more: { dryRun?: boolean } = {}) =>
    made.engine.call('RunTask', { taskDefinition: 'web', count, placementStrategy, ...more });
  let made: Kit;

  beforeEach(async () => {
    made = kit({ hosts: new FakeHosts(names.map((name) => fakeHost(name))) });
    for (const host of names) {
      await made.engine.call('RegisterContainerInstance', { host, portRange: '40000-40001' });
    }
    await made.engine.call(
      'RegisterTaskDefinition',
      definition('web', { portMappings: [{ containerPort: 80 }] }),
    );
  });

  it('take four tasks, whatever the strategy prefers', async () => {
    const { tasks = [], failures } = await run(made, 5);
    expect(tasks.map((task) => task.lastStatus)).toEqual(Array(4).fill('RUNNING'));
    expect(failures).toMatchObject([
      {
        reason: 'RESOURCE:PORTS',
        detail: expect.stringMatching(
          /^2 of 2 hosts lack 1 free tcp port in their port ranges \(.*web1 has 0 in 40000-40001/,
        ),
      },
    ]);
  });

  it('are planned with as they are', async () => {
    await run(made, 1);
    const { tasks, failures } = await run(made, 4, { dryRun: true });
    expect([tasks?.length, failures?.length]).toEqual([3, 1]);
    const plans = made.events.flatMap((event) => (event.type === 'plan' ? [event] : []));
    expect(plans.map(({ tasks: count }) => count).toSorted()).toEqual([1, 2]);
    expect(plans[0]?.refusal).toMatchObject({ detail: 'has 0 free tcp ports of 1 in 40000-40001' });
  });
});

it('an instance answers with its fixed ports, as in ECS: dynamic ones are no resource of it', async () => {
  const made = kit({ hosts: new FakeHosts([fakeHost('web1')]) });
  await made.engine.call('RegisterContainerInstance', { host: 'web1' });
  const portMappings = [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }];
  await made.engine.call('RegisterTaskDefinition', definition('web', { portMappings }));
  await made.engine.call('RunTask', { taskDefinition: 'web' });
  const { containerInstances = [] } = await made.engine.call('DescribeContainerInstances', {
    containerInstances: ['web1'],
  });
  const ports = containerInstances[0]?.remainingResources?.find(({ name }) => name === 'PORTS');
  expect(ports?.stringSetValue).toEqual(['22', '2375', '2376', '8080', '51678', '51679']);
});

describe('a range of ports', () => {
  const ranged = definition('web', {
    portMappings: [{ containerPortRange: '8000-8002' }, { containerPort: 80 }],
  });
  let made: Kit;

  beforeEach(async () => {
    made = kit({ hosts: new FakeHosts([fakeHost('web1')]) });
    await made.engine.call('RegisterContainerInstance', { host: 'web1', portRange: '40000-40008' });
    await made.engine.call('RegisterTaskDefinition', ranged);
  });
  const run = (count: number) => made.engine.call('RunTask', { taskDefinition: 'web', count });
  const bindings = (task: Task | undefined) => task?.containers?.[0]?.networkBindings ?? [];

  it('is published on host ports that follow each other, and shown as ECS does, whatever Docker lists', async () => {
    const { tasks } = await run(1);
    const shown = bindings(tasks?.[0]);
    expect(shown).toHaveLength(2);
    const range = shown.find(({ hostPortRange }) => hostPortRange !== undefined);
    expect(range).toMatchObject({ bindIP: '0.0.0.0', containerPortRange: '8000-8002', protocol: 'tcp' });
    const [first = 0, last = 0] = range?.hostPortRange?.split('-').map(Number) ?? [];
    expect(last - first).toBe(2);
    const published = [...(made.hosts.hosts.get('web1')?.containers.values() ?? [])][0]?.ports;
    const pairs = published?.map(({ privatePort, publicPort }) => [privatePort, publicPort]);
    expect(pairs).toEqual(expect.arrayContaining([0, 1, 2].map((n) => [8000 + n, first + n])));
    // As the listing has them from now on: port by port.
    const listed = await made.engine.call('DescribeTasks', {
      tasks: [tasks?.[0]?.taskArn ?? ''],
      refresh: true,
    });
    expect(bindings(listed.tasks?.[0])).toEqual(shown);
    // And as another state takes it over.
    const other = kit({ hosts: made.hosts });
    await other.engine.call('RegisterContainerInstance', { host: 'web1', portRange: '40000-40008' });
    const taken = await other.engine.call('DescribeTasks', { tasks: [tasks?.[0]?.taskArn ?? ''] });
    expect(bindings(taken.tasks?.[0])).toEqual(expect.arrayContaining(shown));
    await other.engine.close();
  });

  it('takes room in a row: what does not fit is told of', async () => {
    const { tasks = [], failures = [] } = await run(3);
    expect(tasks.length + failures.length).toBe(3);
    expect(tasks.length).toBeGreaterThanOrEqual(1);
    for (const { reason } of failures) expect(reason).toBe('RESOURCE:PORTS');
    const ports = tasks.flatMap(bindings).flatMap(({ hostPort, hostPortRange }) => hostPort ?? hostPortRange);
    expect(new Set(ports).size).toBe(2 * tasks.length);
  });
});
