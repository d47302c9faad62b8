import { describe, expect, it } from 'vitest';
import { createMarker, readMarkers, removeMarker } from '../../../src/lib/hosts/marker.js';
import { attributesOf, probeHost } from '../../../src/lib/hosts/probe.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';

const shop = { cluster: 'shop', instanceId: 'a'.repeat(32) };
const bank = { cluster: 'bank', instanceId: 'b'.repeat(32) };
const first = <T>(mark: T) => ({ ...mark, volume: 'longshore-marker' });
const shared = <T extends { cluster: string }>(mark: T) => ({
  ...mark,
  volume: `longshore-marker-${mark.cluster}`,
});

describe('marker', () => {
  it('says who the host is, and can be taken away', async () => {
    const host = new FakeDockerHost();
    expect(await readMarkers(host)).toEqual([]);
    expect(await createMarker(host, shop)).toEqual(first(shop));
    expect(await readMarkers(host)).toEqual([first(shop)]);
    await removeMarker(host, bank);
    await removeMarker(host, { ...shop, instanceId: 'other' });
    expect(await readMarkers(host)).toEqual([first(shop)]);
    await removeMarker(host, shop);
    expect(await readMarkers(host)).toEqual([]);
  });

  it('is given once: who comes second to a cluster gets the first', async () => {
    const host = new FakeDockerHost();
    const racers = Array.from({ length: 8 }, (_, i) =>
      createMarker(host, { cluster: 'shop', instanceId: `${i}`.repeat(32) }),
    );
    const given = await Promise.all(racers);
    expect(new Set(given.map((marker) => marker.instanceId)).size).toBe(1);
    expect(await readMarkers(host)).toHaveLength(1);
  });

  it('is given to one of several clusters that race', async () => {
    const host = new FakeDockerHost();
    const names = ['zoo', 'bank', 'shop', 'a'];
    const outcomes = await Promise.allSettled(
      names.map((cluster, i) => createMarker(host, { cluster, instanceId: `${i}`.repeat(32) })),
    );
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(won).toHaveLength(1);
    expect(await readMarkers(host)).toEqual(won);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ kind: 'engine', status: 409 });
    }
  });

  it('is refused to another cluster, unless shared', async () => {
    const host = new FakeDockerHost();
    await createMarker(host, shop);
    await expect(createMarker(host, bank)).rejects.toThrow('fake belongs to the cluster shop');
    expect(await createMarker(host, bank, { shared: true })).toEqual(shared(bank));
    expect(await createMarker(host, { ...bank, instanceId: 'later' }, { shared: true })).toEqual(
      shared(bank),
    );
    expect(await readMarkers(host)).toEqual([first(shop), shared(bank)]);
    // Whoever shared it stays when the first leaves.
    await removeMarker(host, shop);
    await expect(createMarker(host, shop)).rejects.toThrow('fake belongs to the cluster bank');
    expect(await readMarkers(host)).toEqual([shared(bank)]);
  });

  it('is not believed where it says what none of ours can say', async () => {
    const host = new FakeDockerHost();
    const volume = (name: string, cluster: string, instanceId: string) =>
      host.createVolume({
        name,
        labels: {
          'longshore.marker': '1',
          'longshore.cluster': cluster,
          'longshore.instance-id': instanceId,
        },
      });
    await volume('a', '../../etc', 'a'.repeat(32));
    await volume('b', 'shop', '\u001b[2J');
    await volume('c', '', '');
    await volume('e', 'shop', 'a'.repeat(32));
    await host.createVolume({ name: 'd', labels: { 'longshore.marker': '1' } });
    expect(await readMarkers(host)).toEqual([]);
    expect(await createMarker(host, shop)).toEqual(first(shop));
    await removeMarker(host, shop);
    await volume('longshore-marker', 'sh op', 'x');
    await expect(createMarker(host, shop)).rejects.toThrow(
      "a volume longshore-marker that is no marker of Longshore's",
    );
  });

  it('fits in a folder name however long the cluster is called', async () => {
    const host = new FakeDockerHost();
    await createMarker(host, shop);
    for (const end of ['x', 'y'])
      await createMarker(
        host,
        { cluster: `${'c'.repeat(254)}${end}`, instanceId: (end === 'x' ? 'e' : 'f').repeat(32) },
        { shared: true },
      );
    expect(await readMarkers(host)).toHaveLength(3);
    for (const name of host.volumes.keys()) expect(name.length).toBeLessThanOrEqual(255);
  });
});

describe('probeHost', () => {
  it('tells what registration needs', async () => {
    const host = new FakeDockerHost('web1', { info: { architecture: 'aarch64' } });
    host.occupied.tcp.add(22);
    expect(await probeHost(host)).toMatchObject({
      engineVersion: '20.10.24',
      apiVersion: '1.41',
      architecture: 'arm64',
      cpus: 2,
      listening: { tcp: [22], udp: [] },
      warnings: [],
    });
  });

  it('counts the GPUs that the engine can give to containers', async () => {
    const gpusOf = async (runtimes: string[], gpus?: number) =>
      (await probeHost(new FakeDockerHost('web1', { info: { runtimes }, ...(gpus && { gpus }) }))).gpus;
    expect(await gpusOf(['runc', 'nvidia'], 4)).toBe(4);
    expect(await gpusOf(['runc', 'nvidia'])).toBe(0);
    expect(await gpusOf(['runc'], 4)).toBe(0);
  });

  it('warns of a clock that is off, of little disk, and of a kernel that does not limit memory', async () => {
    const info = { clockOffset: -6000, memoryLimit: false };
    const { warnings } = await probeHost(new FakeDockerHost('web1', { info, freeDisk: 5 * 2 ** 20 }));
    expect(warnings).toEqual([
      "its clock is 6.0 s behind this machine's; set it by NTP",
      'only 5 MiB are free under /var/lib/docker',
      "its kernel doesn't limit memory: containers may use more than they were given",
    ]);
  });
});

it('attributesOf names them as the ECS agent does', async () => {
  const info = {
    volumeDrivers: ['local', 'rexray/ebs:latest'],
    securityOptions: ['name=apparmor', 'name=seccomp,profile=default'],
  };
  const attributes = attributesOf(await probeHost(new FakeDockerHost('web1', { info })));
  expect(attributes).toContainEqual({ name: 'ecs.os-type', value: 'linux' });
  expect(attributes).toContainEqual({ name: 'ecs.os-family', value: 'LINUX' });
  expect(attributes).toContainEqual({ name: 'ecs.cpu-architecture', value: 'x86_64' });
  const names = attributes.map((attribute) => attribute.name);
  expect(names).toEqual(
    expect.arrayContaining([
      'com.amazonaws.ecs.capability.docker-remote-api.1.17',
      'com.amazonaws.ecs.capability.docker-remote-api.1.41',
      'com.amazonaws.ecs.capability.logging-driver.json-file',
      'com.amazonaws.ecs.capability.logging-driver.none',
      'com.amazonaws.ecs.capability.privileged-container',
      'com.amazonaws.ecs.capability.apparmor',
      'ecs.capability.docker-plugin.local',
      'ecs.capability.docker-plugin.rexray/ebs',
      'longshore.network-driver.bridge',
    ]),
  );
  expect(names).not.toContain('com.amazonaws.ecs.capability.docker-remote-api.1.42');
  expect(names).not.toContain('com.amazonaws.ecs.capability.selinux');
  expect(new Set(names).size).toBe(names.length);
});
