import { describe, expect, it } from 'vitest';
import type { ObservedContainer } from '../../../src/lib/agent/types.js';
import { label } from '../../../src/lib/agent/labels.js';
import { isLeftOver } from '../../../src/lib/engine/prune/leftovers.js';
import { namesToRemove, unusedImages } from '../../../src/lib/engine/prune/unused-images.js';
import type { TaskRecord } from '../../../src/lib/engine/records.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { cluster, definition, hostOf, idOf, kit, type Kit } from './kit.js';

const HOUR = 3600_000;
const NOW = 100 * HOUR;
const rules = { now: NOW, wait: 3 * HOUR };

const container = (state: string, more: Partial<ObservedContainer> = {}): ObservedContainer =>
  ({ state, createdAt: NOW - 20 * HOUR, finishedAt: NOW - 10 * HOUR, ...more }) as ObservedContainer;
const past = (more: Partial<TaskRecord> = {}): TaskRecord =>
  ({ lastStatus: 'STOPPED', stoppedAt: NOW - 4 * HOUR, ...more }) as TaskRecord;
const live = { lastStatus: 'RUNNING' } as TaskRecord;

describe("a task's containers are left over", () => {
  it.each([
    ['once it stopped long enough ago', [container('exited')], undefined, past(), true],
    ['not sooner', [container('exited')], undefined, past({ stoppedAt: NOW - HOUR }), false],
    ['not while it lives', [container('exited')], live, undefined, false],
    ['not while one runs', [container('exited'), container('running')], undefined, past(), false],
    ['not while one is paused', [container('paused')], undefined, past(), false],
    ['of another state by its own end', [container('exited')], undefined, undefined, true],
    [
      'of another state not sooner',
      [container('exited'), container('exited', { finishedAt: NOW - HOUR })],
      undefined,
      undefined,
      false,
    ],
    [
      'not while another state starts it',
      [container('exited'), container('created', { createdAt: NOW - 60_000 })],
      undefined,
      undefined,
      false,
    ],
    [
      'where another state began and never started it',
      [container('created', { finishedAt: undefined })],
      undefined,
      undefined,
      true,
    ],
    [
      'where its start was undone, soon',
      [container('created', { createdAt: NOW })],
      undefined,
      past({ stopCode: 'TaskFailedToStart', stoppedAt: NOW - 2 * 60_000 }),
      true,
    ],
    [
      'where nobody watched it, by its own end',
      [container('exited', { finishedAt: NOW - HOUR })],
      undefined,
      past({ orphaned: true }),
      false,
    ],
    [
      'not where it can’t be known when it ended',
      [container('dead', { finishedAt: undefined, createdAt: undefined })],
      undefined,
      undefined,
      false,
    ],
  ] as const)('%s', (_, containers, alive, ended, expected) => {
    expect(isLeftOver(containers, alive, ended, rules)).toBe(expected);
  });
});

describe('images', () => {
  const image = (id: string, repoTags: string[], repoDigests: string[]) => ({
    id,
    repoTags,
    repoDigests,
    size: 1,
  });
  const images = [
    image('used', ['a:1'], ['a@sha256:1']),
    image('unused', ['b:1', 'b:2'], ['b@sha256:2']),
    image('pushed', ['c:1'], []),
    image('nameless', [], []),
    image('untagged', [], ['d@sha256:3']),
    image('wanted', ['registry:5000/e:latest'], ['e@sha256:4']),
  ];
  const { remove, keep } = unusedImages(images, new Set(['used']), ['registry:5000/e']);

  it('go where nothing uses them and a registry has them, or nobody can name them', () => {
    expect(remove.map(({ id }) => id)).toEqual(['unused', 'nameless', 'untagged']);
    expect(keep.map(({ id }) => id)).toEqual(['pushed']);
    expect(remove.map(namesToRemove)).toEqual([['b:1', 'b:2'], ['nameless'], ['d@sha256:3']]);
  });
});

describe('prune', () => {
  /** A host with a running task, one that stopped four hours ago, and one that stopped just now. */
  async function used(): Promise<{ made: Kit; stopped: string[]; containers: () => string[] }> {
    let now = Date.now() - 4 * HOUR;
    const clock = () => now;
    const host = new FakeDockerHost('web1', { now: clock, images: ['busybox:latest'] });
    const made = kit({ hosts: new FakeHosts([host]), clock });
    await made.engine.call('RegisterContainerInstance', { host: 'web1' });
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web', count: 3 });
    const [old = '', young = ''] = tasks.map(({ taskArn }) => idOf(taskArn));
    await made.engine.call('StopTask', { task: old });
    now = Date.now();
    made.ctx.settings.cleanupWait = 24 * HOUR;
    await made.engine.call('StopTask', { task: young });
    made.ctx.settings.cleanupWait = 3 * HOUR;
    const containers = () => [...host.containers.values()].map((c) => c.options.Labels?.[label.taskId] ?? '');
    return { made, stopped: [old, young], containers };
  }
  const taskIds = (answer: { hosts: { containers: { taskId: string }[] }[] }) =>
    answer.hosts.flatMap((host) => host.containers.map(({ taskId }) => taskId));

  it('removes containers of tasks that stopped long ago, and keeps what is known of them', async () => {
    const { made, stopped, containers } = await used();
    const dry = await made.engine.call('Prune', { dryRun: true });
    expect(taskIds(dry)).toEqual([stopped[0]]);
    expect(containers()).toHaveLength(3);
    const answer = await made.engine.call('Prune', {});
    expect(answer).toMatchObject({ ...dry, dryRun: false });
    expect(containers()).not.toContain(stopped[0]);
    expect(containers()).toHaveLength(2);
    const { tasks } = await made.engine.call('DescribeTasks', { tasks: [stopped[0] ?? ''] });
    expect(tasks?.[0]).toMatchObject({ lastStatus: 'STOPPED' });
    expect(await made.store.list({ prefix: 'cleanup/' })).toHaveLength(1);
    expect(taskIds(await made.engine.call('Prune', {}))).toEqual([]);
  });

  it('removes all that have stopped with `all`, and never what runs', async () => {
    const { made, stopped, containers } = await used();
    expect(taskIds(await made.engine.call('Prune', { all: true })).sort()).toEqual([...stopped].sort());
    expect(containers()).toHaveLength(1);
    const { taskArns } = await made.engine.call('ListTasks', {});
    expect(taskArns?.map(idOf)).toEqual(containers());
  });

  it('sees what another state has left, and leaves other clusters and people alone', async () => {
    const { made } = await used();
    const other = kit({ hosts: made.hosts });
    await other.engine.call('CreateCluster', { clusterName: 'theirs' });
    await other.engine.call('RegisterContainerInstance', { host: 'web1', cluster: 'theirs', shared: true });
    await other.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await other.engine.call('RunTask', { taskDefinition: 'web', cluster: 'theirs' });
    await other.engine.call('StopTask', { cluster: 'theirs', task: idOf(tasks[0]?.taskArn) });
    const host = hostOf(made, 'web1');
    const foreign = await host.createContainer('somebody-elses', { Image: 'busybox:latest' });
    await made.engine.call('Prune', { all: true, images: true });
    const names = [...host.containers.values()].map((c) => c.options.Labels?.[label.cluster]);
    expect(names.sort()).toEqual(['default', 'theirs', undefined]);
    expect(host.containers.has(foreign)).toBe(true);
    // A state that has just come to the hosts sees it as well.
    const fresh = kit({ hosts: made.hosts });
    await fresh.engine.call('CreateCluster', { clusterName: 'theirs' });
    await fresh.engine.call('RegisterContainerInstance', { host: 'web1', cluster: 'theirs', shared: true });
    const answer = await fresh.engine.call('Prune', { cluster: 'theirs', all: true });
    expect(taskIds(answer)).toEqual([idOf(tasks[0]?.taskArn)]);
  });

  it('removes unused images only where it is asked to, and tells of those that it keeps', async () => {
    const { made } = await used();
    const host = hostOf(made, 'web1');
    host.addImage('old:1', { repoDigests: ['old@sha256:1'] });
    host.addImage('pushed:1');
    expect((await made.engine.call('Prune', {})).hosts[0]?.images).toEqual([]);
    const dry = await made.engine.call('Prune', { images: true, dryRun: true });
    expect(dry.hosts[0]?.images).toMatchObject([{ names: ['old:1'], size: 10_000 }]);
    expect(host.images.has('old:1')).toBe(true);
    const notes = made.events.flatMap((event) => (event.type === 'note' ? event.message : []));
    expect(notes).toContain('web1: unused images that came from no registry stay: pushed:1');
    // One that is used in this moment stays, and is not told of as removed.
    host.addImage('race:1', { repoDigests: ['race@sha256:1'] });
    host.failNext('removeImage', 'conflict: container is using it', 409);
    expect((await made.engine.call('Prune', { images: true })).hosts[0]?.images).toHaveLength(1);
    expect([...host.images.keys()].sort()).toEqual(['busybox:latest', 'old:1', 'pushed:1']);
  });

  it('leaves a host out that is away', async () => {
    const made = await cluster(['web1', 'web2']);
    made.hosts.hosts.delete('web2');
    const answer = await made.engine.call('Prune', {});
    expect(answer.hosts.map(({ name }) => name)).toEqual(['web1']);
    expect(answer.unreachableHosts).toEqual(['web2']);
    expect(made.events.some((event) => event.type === 'host-failed')).toBe(true);
  });
});

it('namesToRemove leaves the names that somebody gave an image on its host', () => {
  const names = (repoTags: string[], repoDigests: string[]) =>
    namesToRemove({ id: 'sha256:1', repoTags, repoDigests, size: 1, created: 0 } as never);
  expect(names(['busybox:latest', 'r:5000/app:1'], ['r:5000/app@sha256:2'])).toEqual(['r:5000/app:1']);
  expect(names([], ['app@sha256:2'])).toEqual(['app@sha256:2']);
  expect(names([], [])).toEqual(['sha256:1']);
});
