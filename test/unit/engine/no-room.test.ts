import { afterEach, describe, expect, it } from 'vitest';
import { serveEngine, type ServedEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { useFastTime } from '../../fakes/fake-time.js';
import { cluster, definition, hostOf, kit, type Kit } from './kit.js';

useFastTime();

const HOSTS = ['web1', 'web2'];
const open: ServedEngine[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.close(0)))));

/** A server that keeps the records of two hosts fresh, each with room for one task of `web`. */
async function serving() {
  const made = await cluster(HOSTS, { memory: 150 });
  await made.engine.call('RegisterTaskDefinition', definition());
  const served = serveEngine(made.ctx, () => made.engine.close());
  open.push(served);
  void served.keep();
  const engine = served.as({ onEvent: () => undefined, waits: false });
  const run = () => engine.call('RunTask', { taskDefinition: 'web' });
  // Until it answers without asking a host.
  await expect
    .poll(async () => {
      const before = asked(made);
      await engine.call('ListTasks', {});
      return asked(made) - before;
    })
    .toBe(0);
  return { made, run };
}

const asked = (made: Kit) =>
  HOSTS.reduce((sum, name) => sum + hostOf(made, name).calls.filter((call) => /^list/.test(call)).length, 0);

/** Somebody else's containers take the memory of both hosts. */
async function fillByOthers(made: Kit): Promise<void> {
  for (const name of HOSTS) {
    const host = hostOf(made, name);
    const id = await host.createContainer('others', {
      Image: 'busybox:latest',
      HostConfig: { Memory: 120 * 1024 ** 2 },
    });
    await host.startContainer(id);
  }
  // Another process notes it: this one's records are fresh.
  await kit(made).engine.call('DescribeContainerInstances', { containerInstances: HOSTS });
}

describe('RunTask without room, by a server', () => {
  it('is answered from what it knows where its own tasks take the room, whatever the hosts do', async () => {
    const { made, run } = await serving();
    for (const _ of HOSTS) expect((await run()).failures).toEqual([]);
    for (const name of HOSTS) hostOf(made, name).hang();
    const begun = performance.now();
    const { tasks, failures } = await run();
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(tasks).toEqual([]);
    expect(failures).toMatchObject([
      { reason: 'RESOURCE:MEMORY', arn: expect.stringContaining(':container-instance/default/') as string },
    ]);
    for (const name of HOSTS) hostOf(made, name).release();
  });

  it('looks where others have taken it: they may be gone; who asks at once shares the look', async () => {
    const { made, run } = await serving();
    await fillByOthers(made);
    const before = asked(made);
    await run();
    const once = asked(made) - before;
    expect(once).toBeGreaterThan(0);
    const answers = await Promise.all(Array.from({ length: 20 }, run));
    expect(answers.every(({ failures }) => failures?.[0]?.reason === 'RESOURCE:MEMORY')).toBe(true);
    // Those that found it over have begun another.
    expect(asked(made) - before).toBeLessThan(once * 8);
    for (const name of HOSTS) await hostOf(made, name).removeContainer('others', { force: true });
    expect((await run()).failures).toEqual([]);
  });

  it('waits for no host that has fallen silent', async () => {
    const { made, run } = await serving();
    await fillByOthers(made);
    hostOf(made, 'web1').hang();
    const begun = performance.now();
    expect((await run()).failures).toMatchObject([{ reason: 'RESOURCE:MEMORY' }]);
    expect(performance.now() - begun).toBeLessThan(5000);
    hostOf(made, 'web1').release();
  });
});
