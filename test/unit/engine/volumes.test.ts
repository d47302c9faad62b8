import { describe, expect, it } from 'vitest';
import { label } from '../../../src/lib/agent/labels.js';
import type { Volume } from '../../../src/lib/api/types.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { definition, hostOf, idOf, kit, type Kit } from './kit.js';

const MINUTE = 60_000;

/** A cluster of one host, its clock, and a definition `web` with a volume of the task's own and a shared one. */
async function withVolumes() {
  let now = Date.UTC(2026, 0, 1);
  const clock = () => now;
  const host = new FakeDockerHost('web1', { now: clock, images: ['busybox:latest'] });
  const made = kit({ hosts: new FakeHosts([host]), clock });
  await made.engine.call('RegisterContainerInstance', { host: 'web1' });
  const volumes: Volume[] = [
    { name: 'scratch' },
    { name: 'uploads', dockerVolumeConfiguration: { scope: 'shared', autoprovision: true } },
  ];
  const mountPoints = volumes.map(({ name }) => ({ sourceVolume: name, containerPath: `/${name}` }));
  await made.engine.call('RegisterTaskDefinition', { ...definition('web', { mountPoints }), volumes });
  return { made, host, wait: (milliseconds: number) => (now += milliseconds) };
}

async function run({ engine }: Kit): Promise<string> {
  const { tasks } = await engine.call('RunTask', { taskDefinition: 'web' });
  return idOf(tasks?.[0]?.taskArn);
}

const ownOn = (host: FakeDockerHost) => [...host.volumes.keys()].filter((name) => name.startsWith('ecs-'));

describe("a task's own volumes", () => {
  it('go with its containers when they have been kept long enough', async () => {
    const { made, host, wait } = await withVolumes();
    const id = await run(made);
    await made.engine.call('StopTask', { task: id });
    expect(ownOn(host)).toEqual([`ecs-web-1-scratch-${id}`]);
    wait(4 * 60 * MINUTE);
    await made.engine.call('Reconcile', {});
    expect(ownOn(host)).toEqual([]);
    expect(host.volumes.has('uploads')).toBe(true);
  });

  it('go with a start that was undone', async () => {
    const { made, host } = await withVolumes();
    host.failNext('startContainer', 'no such program', 400);
    await run(made);
    expect(ownOn(host)).toEqual([]);
  });

  it('go when the client that made them was killed', async () => {
    const { made, host } = await withVolumes();
    host.hang('createContainer');
    run(made).catch(() => undefined);
    await expect.poll(() => ownOn(host)).toHaveLength(1);
    made.processes.kill(made.pid);
    const { hosts, store, processes, ctx } = made;
    const next = kit({ hosts, store, processes, clock: ctx.clock });
    await next.engine.call('Reconcile', {});
    expect(ownOn(host)).toEqual([]);
  });

  it('go with their cluster, and shared ones stay', async () => {
    const { made, host } = await withVolumes();
    await run(made);
    await made.engine.call('DeleteCluster', { cluster: 'default', force: true });
    expect([...host.volumes.keys()]).toEqual(['uploads']);
  });

  it('are pruned with their containers, of which a dry run tells', async () => {
    const { made, host } = await withVolumes();
    const id = await run(made);
    const living = await run(made);
    await made.engine.call('StopTask', { task: id });
    const dry = await made.engine.call('Prune', { all: true, dryRun: true });
    const volume = { taskId: id, name: 'scratch', dockerName: `ecs-web-1-scratch-${id}` };
    expect(dry.hosts[0]?.volumes).toEqual([volume]);
    expect(ownOn(host)).toHaveLength(2);
    expect((await made.engine.call('Prune', { all: true })).hosts[0]?.volumes).toEqual([volume]);
    expect(ownOn(host)).toEqual([`ecs-web-1-scratch-${living}`]);
  });

  it('are found when nothing else of their task is there', async () => {
    const { made, host, wait } = await withVolumes();
    const id = 'd'.repeat(32);
    const name = `ecs-web-1-scratch-${id}`;
    const labels = { [label.taskId]: id, [label.cluster]: 'default', [label.volume]: 'scratch' };
    host.addVolume({ name, labels });
    // Whoever writes our labels on a volume of another name doesn't get it removed.
    host.addVolume({ name: 'precious', labels });
    const prune = async () =>
      (await made.engine.call('Prune', {})).hosts[0]?.volumes.map((v) => v.dockerName);
    expect(await prune()).toEqual([]);
    wait(11 * MINUTE);
    await host.createContainer('backup', { Image: 'busybox', HostConfig: { Binds: [`${name}:/x`] } });
    expect(await prune()).toEqual([]);
    const notes = made.events.flatMap((event) => (event.type === 'note' ? event.message : []));
    expect(notes.join()).toContain(`web1: a volume stays: remove ${name}: volume is in use`);
    await host.removeContainer('backup');
    expect(await prune()).toEqual([name]);
    expect(host.volumes.has('precious')).toBe(true);
  });

  it('stay while their task is being started by somebody else', async () => {
    const { made, host } = await withVolumes();
    host.hang('createContainer');
    const running = run(made);
    await expect.poll(() => ownOn(host)).toHaveLength(1);
    const other = kit({ hosts: made.hosts, store: made.store, clock: made.ctx.clock });
    expect((await other.engine.call('Prune', { all: true })).hosts[0]?.volumes).toEqual([]);
    host.release();
    await running;
    expect(ownOn(hostOf(made, 'web1'))).toHaveLength(1);
  });
});
