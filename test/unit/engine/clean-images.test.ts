import { describe, expect, it } from 'vitest';
import { dueImages } from '../../../src/lib/engine/images/due-images.js';
import type { ImageRecord } from '../../../src/lib/engine/records.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { definition, idOf, kit, type Kit } from './kit.js';

const HOUR = 3600_000;
const NOW = 100 * HOUR;

describe('of the images on record may go', () => {
  const record = (id: string, more: Partial<ImageRecord> = {}): ImageRecord => ({
    id,
    names: [`${id}:1`],
    pulledAt: NOW - 10 * HOUR,
    lastUsedAt: NOW - 5 * HOUR,
    ...more,
  });
  const image = (id: string, repoTags = [`${id}:1`], repoDigests = [`${id}@sha256:1`]) => ({
    id,
    repoTags,
    repoDigests,
    size: 1,
  });
  const find = (
    records: ImageRecord[],
    images = records.map(({ id }) => image(id)),
    { usedIds = [] as string[], wanted = [] as string[], exclude = [] as string[] } = {},
  ) => {
    const rules = { now: NOW, minimumAge: HOUR, exclude };
    const { due, inUse, gone } = dueImages(records, images, { usedIds: new Set(usedIds), wanted }, rules);
    return { due: due.map(({ id }) => id), inUse, gone };
  };

  it('those that nothing uses, least recently used first', () => {
    const records = [record('a'), record('b', { lastUsedAt: NOW - 9 * HOUR }), record('used')];
    expect(find(records, undefined, { usedIds: ['used'] })).toEqual({
      due: ['b', 'a'],
      inUse: ['used'],
      gone: [],
    });
  });

  it.each([
    ['one that was pulled within the hour', find([record('a', { pulledAt: NOW - HOUR + 1 })])],
    ['one that a task waits for', find([record('a')], undefined, { wanted: ['docker.io/library/a:1'] })],
    ['one that is excluded', find([record('a')], undefined, { exclude: ['a:1'] })],
    ['one that somebody named', find([record('a')], [image('a', ['a:1', 'mine:1'])])],
    ['one that is from elsewhere, too', find([record('a')], [image('a', [], ['other@sha256:1'])])],
    ['what is on no record', find([], [image('a')])],
  ])('but not %s', (_, { due }) => {
    expect(due).toEqual([]);
  });

  it.each([
    ['whose tag has moved on', [image('a', [])], 'a:1'],
    ['that was pulled by digest', [image('a', [])], 'a:1@sha256:1'],
    ['that was named in full', [image('a')], 'docker.io/library/a:1'],
  ])('also one %s', (_, images, name) => {
    expect(find([record('a', { names: [name] })], images).due).toEqual(['a']);
  });

  it('and what is not there is forgotten', () => {
    expect(find([record('a')], [])).toEqual({ due: [], inUse: [], gone: ['a'] });
  });
});

describe('images that tasks pulled', () => {
  interface Scene {
    made: Kit;
    host: FakeDockerHost;
    pass: (ms: number) => void;
    /** Runs a task of an image to its end, and lets its container go. */
    use: (image: string) => Promise<void>;
    names: () => string[];
  }

  const publish = (host: FakeDockerHost, name: string) =>
    host.addImage(name, { repoTags: [name], repoDigests: [`${name.split(':')[0]}@sha256:1`] }, 'registry');

  async function scene(): Promise<Scene> {
    let now = NOW;
    const clock = () => now;
    const host = new FakeDockerHost('web1', { now: clock, images: ['busybox:latest'] });
    const made = kit({ hosts: new FakeHosts([host]), clock, settings: { cleanupWait: 0 } });
    await made.engine.call('RegisterContainerInstance', { host: 'web1' });
    const pass = (ms: number) => void (now += ms);
    const use = async (image: string) => {
      publish(host, image);
      await made.engine.call('RegisterTaskDefinition', definition('web', { image }));
      const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
      pass(1000);
      await made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
      pass(1000);
    };
    return { made, host, pass, use, names: () => [...host.images.keys()].sort() };
  }
  const reconcile = async ({ made }: Scene) =>
    (await made.engine.call('Reconcile', {})).clusters[0]?.removedImages;

  it('go with reconcile: five a cycle, a cycle each half hour, after an hour, and nothing else', async () => {
    const s = await scene();
    s.host.addImage('foreign:1', { repoDigests: ['foreign@sha256:9'] });
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await s.use(`app${n}:1`);
    expect(await reconcile(s)).toBe(0);
    s.pass(HOUR);
    s.host.calls.length = 0;
    expect(await reconcile(s)).toBe(5);
    expect(s.names()).toEqual(['app6:1', 'app7:1', 'busybox:latest', 'foreign:1']);
    s.pass(20 * 60_000);
    s.host.calls.length = 0;
    expect(await reconcile(s)).toBe(0);
    expect(s.host.calls.join()).not.toContain('listImages');
    s.pass(10 * 60_000);
    expect(await reconcile(s)).toBe(2);
    expect(s.names()).toEqual(['busybox:latest', 'foreign:1']);
    expect(await s.made.store.list({ prefix: 'image/' })).toEqual([]);
  });

  it('stay while a container refers to them, and are then the last in turn', async () => {
    const s = await scene();
    await s.use('old:1');
    publish(s.host, 'app:1');
    await s.made.engine.call('RegisterTaskDefinition', definition('long', { image: 'app:1' }));
    const { tasks = [] } = await s.made.engine.call('RunTask', { taskDefinition: 'long' });
    await s.use('young:1');
    s.made.ctx.settings.imageCleanUp.perCycle = 1;
    s.pass(2 * HOUR);
    expect(await reconcile(s)).toBe(1);
    expect(s.names()).toEqual(['app:1', 'busybox:latest', 'young:1']);
    await s.made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
    s.pass(HOUR);
    expect(await reconcile(s)).toBe(1);
    expect(s.names()).toEqual(['app:1', 'busybox:latest']);
  });

  it('stay where they were there before, or where clean-up is off', async () => {
    const s = await scene();
    s.host.addImage('there:1', { repoDigests: ['there@sha256:1'] });
    await s.use('app:1');
    await s.use('there:1');
    s.pass(2 * HOUR);
    s.made.ctx.settings.imageCleanUp.disabled = true;
    expect(await reconcile(s)).toBe(0);
    s.made.ctx.settings.imageCleanUp.disabled = false;
    expect(await reconcile(s)).toBe(1);
    expect(s.names()).toEqual(['busybox:latest', 'there:1']);
  });

  it('go with prune at any time, which shows them first and tells of more', async () => {
    const s = await scene();
    for (const n of [1, 2, 3, 4, 5, 6]) await s.use(`app${n}:1`);
    s.pass(HOUR);
    const images = async (input: object) =>
      (await s.made.engine.call('Prune', input)).hosts[0]?.images.flatMap(({ names }) => names);
    const first = ['app1:1', 'app2:1', 'app3:1', 'app4:1', 'app5:1'];
    expect(await images({ dryRun: true })).toEqual(first);
    expect(s.names()).toHaveLength(7);
    expect(await images({})).toEqual(first);
    expect(s.made.events.flatMap((event) => (event.type === 'note' ? event.message : []))).toContain(
      'web1: images: 1 more that tasks pulled may go too: prune again, or with --images',
    );
    expect(await images({})).toEqual(['app6:1']);
  });

  it('cost a task no request, and a second one no write', async () => {
    const s = await scene();
    await s.use('app:1');
    const writes = async () =>
      (await s.made.store.list({ prefix: 'image/' })).map(({ revision }) => revision);
    const before = await writes();
    s.host.calls.length = 0;
    await s.use('app:1');
    expect(await writes()).toEqual(before);
    // A pull, as ECS's default is; nothing for the record.
    const asked = s.host.calls.map((call) => call.split(' ')[0] ?? '');
    expect(asked.filter((method) => /image/i.test(method))).toEqual([
      ...['inspectImage', 'pullImage', 'inspectImage'],
    ]);
    s.pass(HOUR);
    await s.use('app:1');
    expect(await writes()).not.toEqual(before);
  });

  it('are forgotten with their host', async () => {
    const s = await scene();
    await s.use('app:1');
    await s.made.engine.call('DeregisterContainerInstance', { containerInstance: 'web1' });
    expect(await s.made.store.list({ prefix: 'image' })).toEqual([]);
  });
});
