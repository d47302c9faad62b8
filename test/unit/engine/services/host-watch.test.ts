import { afterEach, describe, expect, it } from 'vitest';
import { keys, putInstance } from '../../../../src/lib/engine/keys.js';
import type { InstanceRecord } from '../../../../src/lib/engine/records.js';
import { pauseOf, watchHosts } from '../../../../src/lib/engine/services/host-watch.js';
import { HostError } from '../../../../src/lib/hosts/host-error.js';
import { pass, passUntil, useFakeTime } from '../../../fakes/fake-time.js';
import { cluster, hostOf, type Kit } from '../kit.js';

let made: Kit;
afterEach(() => made.abort());

const follow = async (...names: string[]) => {
  made = await cluster(names);
  const watch = watchHosts(
    made.ctx,
    'default',
    () => undefined,
    (error) => expect.fail(String(error)),
  );
  await watch.first;
  return watch;
};

const said = () =>
  made.events.flatMap((event) =>
    event.type === 'host-failed' ? [event.type] : event.type === 'note' ? [event.message] : [],
  );

const record = async (name: string): Promise<InstanceRecord> => {
  const entries = await made.store.list<InstanceRecord>({ prefix: keys.instances('default') });
  const found = entries.find(({ value }) => value.name === name);
  if (found === undefined) throw new Error(`no instance ${name}`);
  return found.value;
};

const requests = (name: string) =>
  hostOf(made, name).calls.filter((request) => request.startsWith('listContainers')).length;

describe('a host that is watched', () => {
  useFakeTime();

  it('answers again when it was seen, not when its old connection is taken up', async () => {
    const watch = await follow('web1');
    const lost = new HostError('web1', 'lost', 'web1: the connection dropped', 'look');
    for (let i = 0; i < 2; i++) hostOf(made, 'web1').failNext('listContainers', lost);
    await passUntil(() => expect(said()).toEqual(['host-failed']), 10_000);
    expect((await record('web1')).connected).toBe(false);
    const failed = requests('web1');
    await passUntil(() => expect(requests('web1')).toBe(failed + 1), 10_000);
    expect(said()).toEqual(['host-failed']);
    watch.lookAt('web1');
    await passUntil(() => expect(said()).toEqual(['host-failed', 'web1 answers again']), 10_000);
    expect((await record('web1')).connected).toBe(true);
  });

  it('is away since it last answered when it falls silent, whatever is under way with it', async () => {
    await follow('web1', 'web2');
    const instance = await record('web1');
    await made.store.commit({ puts: [putInstance({ ...instance, seenAt: Date.now() - 60_000 })] });
    hostOf(made, 'web1').hang('listContainers');
    const fell = Date.now();
    made.hosts.fallSilent('web1', 6);
    await passUntil(async () => expect((await record('web1')).connected).toBe(false), 5000);
    expect((await record('web1')).seenAt).toBeLessThanOrEqual(fell - 5900);
    expect((await record('web1')).seenAt).toBeGreaterThan(fell - 6100);
    expect(said()).toEqual(['host-failed']);
    expect((await record('web2')).connected).toBe(true);
    hostOf(made, 'web1').release();
  });

  it('is not away since before somebody else saw it', async () => {
    await follow('web1');
    const { seenAt } = await record('web1');
    hostOf(made, 'web1').hang('listContainers');
    made.hosts.fallSilent('web1', 3600);
    await passUntil(async () => expect((await record('web1')).connected).toBe(false), 5000);
    expect((await record('web1')).seenAt).toBe(seenAt);
    hostOf(made, 'web1').release();
  });

  it('is away within ten seconds where its engine hangs, and there again when that goes on', async () => {
    await follow('web1', 'web2');
    const hung = Date.now();
    hostOf(made, 'web1').hang();
    const isThere = async () => (await record('web1')).connected;
    await passUntil(async () => expect(await isThere()).toBe(false), 15_000);
    expect(Date.now() - hung).toBeGreaterThan(5000);
    expect(Date.now() - hung).toBeLessThan(11_000);
    expect(said()).toEqual(['host-failed']);
    hostOf(made, 'web1').release();
    await passUntil(async () => expect(await isThere()).toBe(true), 5000);
    expect(said()).toEqual(['host-failed', 'web1 answers again']);
  });

  it('is there while its engine is slow to answer, but does', async () => {
    await follow('web1');
    hostOf(made, 'web1').hang('listContainers');
    await pass(5900);
    hostOf(made, 'web1').hang('ping');
    await pass(5100);
    hostOf(made, 'web1').release();
    await pass(1000);
    expect(said()).toEqual([]);
    expect((await record('web1')).connected).toBe(true);
  });

  it('is let go of when it leaves the cluster, and taken up when it comes', async () => {
    const watch = await follow('web1', 'web2');
    const input = { cluster: 'default', containerInstance: 'web2' };
    await made.engine.call('DeregisterContainerInstance', input);
    await passUntil(() => expect(made.hosts.attended('web2')).toBe(false), 13_000);
    await made.engine.call('RegisterContainerInstance', { cluster: 'default', host: 'web2' });
    const before = requests('web2');
    await watch.update();
    expect(requests('web2')).toBeGreaterThan(before);
    expect(made.hosts.attended('web2')).toBe(true);
    expect(made.hosts.attended('web1')).toBe(true);
  });
});

describe('a host that does not answer', () => {
  it('is tried again after longer and longer pauses', () => {
    expect([0, 1, 2, 3, 4, 9].map((failures) => pauseOf(failures, Infinity))).toEqual([
      1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
  });

  it('is tried once more before its tasks are replaced, so that one that is back by then is seen to be', () => {
    expect(pauseOf(4, 10_000)).toBe(8500);
    expect(pauseOf(4, 1501)).toBe(1);
    expect(pauseOf(4, 1500)).toBe(10_000);
    expect(pauseOf(4, -1)).toBe(10_000);
  });
});
