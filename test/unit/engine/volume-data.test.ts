import { describe, expect, it } from 'vitest';
import type { DockerVolumeConfiguration } from '../../../src/lib/api/types.js';
import type { UsageRecord } from '../../../src/lib/engine/records.js';
import { cluster, definition, hostOf, idOf, kit, records, type Kit } from './kit.js';

const hosts = ['web1', 'web2', 'web3'];

async function withVolume(more: DockerVolumeConfiguration = { autoprovision: true }): Promise<Kit> {
  const made = await cluster(hosts);
  await define(made, more);
  return made;
}

async function define(made: Kit, more: DockerVolumeConfiguration = { autoprovision: true }): Promise<void> {
  const mountPoints = [{ sourceVolume: 'pgdata', containerPath: '/data' }];
  await made.engine.call('RegisterTaskDefinition', {
    ...definition('db', { mountPoints }),
    volumes: [{ name: 'pgdata', dockerVolumeConfiguration: { scope: 'shared', ...more } }],
  });
}

/** Name of the host that the task went to, or why there was none. */
async function run(made: Kit, more: { count?: number; memory?: string } = {}): Promise<string> {
  const { count = 1, memory } = more;
  const overrides = memory === undefined ? {} : { overrides: { memory } };
  const answer = await made.engine.call('RunTask', { taskDefinition: 'db', count, ...overrides });
  const [task] = answer.tasks ?? [];
  if (task === undefined) return `${answer.failures?.[0]?.reason}: ${answer.failures?.[0]?.detail}`;
  return hostIn(made, task.containerInstanceArn);
}

async function hostIn(made: Kit, arn: string | undefined): Promise<string> {
  const { value } = (await made.store.get<{ name: string }>(`instance/default/${idOf(arn)}`)) ?? {};
  return value?.name ?? '';
}

async function stopAll(made: Kit): Promise<void> {
  for (const { id, lastStatus } of await records(made.store))
    if (lastStatus !== 'STOPPED') await made.engine.call('StopTask', { task: id });
}

const warnings = (made: Kit) =>
  made.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const holders = (made: Kit) => hosts.filter((name) => hostOf(made, name).volumes.has('pgdata'));

describe('the data of a shared volume', () => {
  it('is where its tasks go again, whether or not one of them runs', async () => {
    const made = await withVolume();
    const first = await run(made);
    for (let i = 0; i < 4; i++) {
      expect(await run(made)).toBe(first);
      await stopAll(made);
    }
    expect(holders(made)).toEqual([first]);
  });

  it('is in one place where two start the first tasks at once', async () => {
    const made = await withVolume();
    const other = kit({ store: made.store, hosts: made.hosts });
    const [one, two] = await Promise.all([run(made), run(other)]);
    expect(one).toBe(two);
    expect(holders(made)).toHaveLength(1);
  });

  it('is on several hosts where the first tasks were started together', async () => {
    const made = await withVolume();
    await made.engine.call('RunTask', {
      taskDefinition: 'db',
      count: 2,
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
    });
    const both = holders(made);
    expect(both).toHaveLength(2);
    for (let i = 0; i < 4; i++) expect(both).toContain(await run(made));
  });

  it('is waited for while its host is away', async () => {
    const made = await withVolume();
    const first = await run(made);
    await stopAll(made);
    hostOf(made, first).vanish();
    const words = `AGENT: 1 of 3 hosts doesn't answer \\(${first}\\); 2 of 3 hosts lack the data of volume pgdata, which ${first} has \\(.*\\); start-task on another host starts it without that data`;
    expect(await run(made)).toMatch(new RegExp(`^${words}$`));
    hostOf(made, first).comeBack();
    expect(await run(made)).toBe(first);
  });

  it('is not left where its host is full', async () => {
    const made = await withVolume();
    const first = await run(made);
    expect(await run(made, { memory: '950' })).toMatch(
      new RegExp(
        `^RESOURCE:MEMORY: 2 of 3 hosts lack the data .*; 1 of 3 hosts lacks 950 MiB \\(${first} has `,
      ),
    );
  });

  it('is told of by a dry run', async () => {
    const made = await withVolume();
    const first = await run(made);
    await made.engine.call('RunTask', { taskDefinition: 'db', dryRun: true });
    const plans = made.events.flatMap((event) => (event.type === 'plan' ? [event] : []));
    for (const { host, tasks, refusal } of plans) {
      expect([tasks, refusal?.detail]).toEqual(
        host === first ? [1, undefined] : [0, `the data of volume pgdata is on ${first}`],
      );
    }
  });

  it('is left behind by who names another host, with a warning', async () => {
    const made = await withVolume();
    const first = await run(made);
    const second = hosts.find((name) => name !== first) ?? '';
    const { tasks } = await made.engine.call('StartTask', {
      taskDefinition: 'db',
      containerInstances: [second],
    });
    expect(tasks).toHaveLength(1);
    expect(warnings(made)).toEqual([
      `the data of volume pgdata is on ${first}: on ${second} the task starts without it`,
    ]);
    expect(holders(made)).toEqual([first, second].sort());
    expect([first, second]).toContain(await run(made));
  });

  it('is found again by a state that knows nothing', async () => {
    const made = await withVolume();
    const first = await run(made);
    await stopAll(made);
    await made.engine.call('Prune', { all: true });
    const fresh = await cluster(hosts, { hosts: made.hosts });
    await define(fresh);
    for (let i = 0; i < 4; i++) expect(await run(fresh)).toBe(first);
  });

  it('is known by the tasks that a state takes over', async () => {
    const made = await withVolume({ autoprovision: false });
    hostOf(made, 'web2').addVolume({ name: 'pgdata' });
    await run(made);
    const fresh = await cluster(hosts, { hosts: made.hosts });
    const [task] = await records(fresh.store);
    await fresh.engine.call('StopTask', { task: task?.id ?? '' });
    const usages = await fresh.store.list<UsageRecord>({ prefix: 'usage/default/' });
    expect(usages.map(({ value }) => value.volumes ?? []).filter((names) => names.length > 0)).toEqual([
      ['pgdata'],
    ]);
    expect(await run(fresh)).toBe('web2');
  });

  it('is followed to where another state has moved it', async () => {
    const made = await withVolume();
    const first = await run(made);
    await stopAll(made);
    await made.engine.call('Prune', { all: true });
    const next = hosts.find((name) => name !== first) ?? '';
    hostOf(made, first).volumes.delete('pgdata');
    hostOf(made, next).addVolume({ name: 'pgdata' });
    expect(await run(made)).toBe(next);
    expect(holders(made)).toEqual([next]);
  });

  it('is given up with its volume, or with its host', async () => {
    const made = await withVolume();
    const first = await run(made);
    await stopAll(made);
    await made.engine.call('Prune', { all: true });
    hostOf(made, first).volumes.delete('pgdata');
    const second = await run(made);
    expect(holders(made)).toEqual([second]);
    await made.engine.call('DeregisterContainerInstance', { containerInstance: second, force: true });
    expect(await run(made)).not.toBe(second);
  });

  it('may be out of sight when its first task starts', async () => {
    const made = await withVolume();
    hostOf(made, 'web3').vanish();
    expect(['web1', 'web2']).toContain(await run(made));
    expect(warnings(made)).toContain(
      "whether web3 has data of volume pgdata can't be seen; no other host has",
    );
  });
});

describe('a shared volume', () => {
  it.each<DockerVolumeConfiguration>([
    { driver: 'local', driverOpts: { type: 'nfs', o: 'addr=10.0.0.1', device: ':/x' } },
    { driver: 'local', driverOpts: { type: 'tmpfs', device: 'tmpfs' } },
  ])('whose data is elsewhere binds nobody: $driverOpts.type', async (more) => {
    const made = await withVolume({ autoprovision: true, ...more });
    const spread = [{ type: 'spread' as const, field: 'instanceId' }];
    for (let i = 0; i < 3; i++)
      await made.engine.call('RunTask', { taskDefinition: 'db', placementStrategy: spread });
    expect(holders(made)).toEqual(hosts);
  });

  it('that must be there is looked for, and goes before the rest', async () => {
    const made = await withVolume({ autoprovision: false });
    expect(await run(made)).toMatch(
      /^VOLUME: 3 of 3 hosts have no volume pgdata \(.*\); make it on a host: docker volume create pgdata$/,
    );
    hostOf(made, 'web2').addVolume({ name: 'pgdata' });
    for (let i = 0; i < 4; i++) expect(await run(made)).toBe('web2');
    const { failures } = await made.engine.call('StartTask', {
      taskDefinition: 'db',
      containerInstances: ['web1'],
    });
    expect(failures?.[0]?.detail).toContain('1 of 1 host has no volume pgdata (web1)');
    expect(await records(made.store)).toHaveLength(4);
  });
});
