import { describe, expect, it } from 'vitest';
import { containerOptions } from '../../../src/lib/agent/container-options.js';
import { dockerName, holderName } from '../../../src/lib/agent/names.js';
import { pauseReference } from '../../../src/lib/agent/pause/image.js';
import { createPuller } from '../../../src/lib/agent/pull.js';
import { startTask, type StartOptions } from '../../../src/lib/agent/start.js';
import { stopTask, removeTask } from '../../../src/lib/agent/stop.js';
import { provideNetwork, removeNetworks, taskNetwork } from '../../../src/lib/agent/task-network.js';
import type { TaskSpec } from '../../../src/lib/agent/types.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { taskSpec } from './task-spec.js';

describe('a task whose containers share a network', () => {
  it('has a container that holds it, made and started first, and stopped last', async () => {
    const host = busyboxHost();
    const spec = awsvpc({ containers: [{ name: 'app' }, { name: 'side' }] });
    const outcome = await start(host, spec);
    const holder = `ecs-app-3-internal.ecs.pause-${spec.id}`;
    expect(host.calls.filter((call) => call.startsWith('create'))).toEqual([
      'createNetwork longshore-default',
      `createContainer ${holder}`,
      `createContainer ${dockerName(spec, 'app')}`,
      `createContainer ${dockerName(spec, 'side')}`,
    ]);
    const started = host.calls.filter((call) => call.startsWith('startContainer'));
    expect(started[0]).toContain(host.find(holder)?.id);
    expect(host.find(dockerName(spec, 'app'))?.options.HostConfig?.NetworkMode).toBe(`container:${holder}`);
    expect(host.find(holder)?.options.HostConfig).toMatchObject({
      NetworkMode: 'longshore-default',
      IpcMode: 'private',
      RestartPolicy: { Name: 'no' },
      CapDrop: ['ALL'],
    });
    const containers = outcome.kind === 'started' ? outcome.containers : [];
    expect(containers[0]).toMatchObject({
      containerName: holderName,
      ipAddress: '172.18.0.2',
      macAddress: '02:42:ac:11:00:02',
    });
    await stopTask(host, containers, spec.definition);
    expect(host.calls.filter((call) => call.startsWith('stop')).at(-1)).toContain(host.find(holder)?.id);
  });

  it('carries its labels on what holds it, once', async () => {
    const host = busyboxHost();
    const spec = awsvpc();
    await start(host, spec);
    const holder = host.find(dockerName(spec, holderName))?.options.Labels;
    expect(holder).toMatchObject({
      'longshore.container': '~internal~ecs~pause',
      'com.amazonaws.ecs.container-name': '~internal~ecs~pause',
      'longshore.task-id': spec.id,
    });
    expect(holder).toHaveProperty(['longshore.definition']);
    expect(host.find(dockerName(spec, 'main'))?.options.Labels).toMatchObject({ 'longshore.definition': '' });
  });

  it('leaves name servers to what holds the network: Docker lets no joiner have its own', async () => {
    const host = busyboxHost();
    const spec = awsvpc({
      containers: [
        { name: 'app', dnsServers: ['10.0.0.2'] },
        { name: 'side', dnsServers: ['10.0.0.2', '10.0.0.3'], dnsSearchDomains: ['lan'] },
      ],
    });
    await start(host, spec);
    expect(host.find(dockerName(spec, holderName))?.options.HostConfig).toMatchObject({
      Dns: ['10.0.0.2', '10.0.0.3'],
      DnsSearch: ['lan'],
    });
    const joiner = containerOptions(spec, spec.definition.containerDefinitions?.[1] ?? {}, {}).HostConfig;
    expect(joiner).not.toHaveProperty('Dns');
    expect(joiner).not.toHaveProperty('DnsSearch');
  });

  it('has one network and one image a host, however many start at once', async () => {
    const host = busyboxHost();
    const puller = createPuller(now);
    await Promise.all(Array.from({ length: 5 }, () => start(host, awsvpc(), { puller })));
    expect(host.calls.filter((call) => call === 'loadImage')).toHaveLength(1);
    expect(host.calls.filter((call) => call.startsWith('createNetwork'))).toHaveLength(1);
    const addresses = [...host.containers.values()].flatMap(({ address }) => address?.ipAddress ?? []);
    expect(new Set(addresses).size).toBe(5);
    await start(host, awsvpc());
    expect(host.calls.filter((call) => call === 'loadImage')).toHaveLength(1);
  });

  it('takes no image of that name with another content', async () => {
    const host = busyboxHost();
    host.addImage(pauseReference);
    const spec = awsvpc();
    await start(host, spec);
    expect(host.received).toHaveLength(1);
    expect(host.calls.filter((call) => call.startsWith('pull'))).toEqual([]);
    expect(host.find(dockerName(spec, holderName))?.options.Image).toMatch(/^sha256:/);
  });

  it('fails where there is no program for the architecture', async () => {
    const host = busyboxHost({ architecture: 'riscv64' });
    expect(await start(host, awsvpc())).toEqual({
      kind: 'failed',
      container: undefined,
      reason:
        'ResourceInitializationError: fake has the architecture riscv64; networkMode awsvpc, pidMode task and ipcMode task need x86_64 or aarch64',
    });
    expect(host.containers.size).toBe(0);
  });

  it('fails where the network can not be made, and leaves nothing', async () => {
    const host = busyboxHost();
    host.failNext('createNetwork', 'could not find an available, non-overlapping IPv4 address pool');
    const outcome = await start(host, awsvpc());
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^ResourceInitialization/),
    });
    expect(host.containers.size).toBe(0);
  });

  it('gets its network back where somebody removed it before the start', async () => {
    const host = busyboxHost();
    const original = host.createContainer.bind(host);
    host.createContainer = async (name, options) => {
      const id = await original(name, options);
      host.networks.clear();
      return id;
    };
    expect(await start(host, awsvpc())).toMatchObject({ kind: 'started' });
  });

  it('goes with what holds it', async () => {
    const host = busyboxHost();
    const spec = awsvpc();
    await start(host, spec);
    expect(await removeTask(host, spec.id)).toHaveLength(2);
    expect(host.containers.size).toBe(0);
  });
});

describe('pidMode task and ipcMode task', () => {
  it('share what holds them; the network stays each container’s own', async () => {
    const host = busyboxHost();
    const spec = taskSpec({ containers: [{ name: 'app' }] });
    Object.assign(spec.definition, { pidMode: 'task', ipcMode: 'task' });
    await start(host, spec);
    const holder = `container:${dockerName(spec, holderName)}`;
    expect(host.find(dockerName(spec, 'app'))?.options.HostConfig).toMatchObject({
      NetworkMode: 'bridge',
      PidMode: holder,
      IpcMode: holder,
    });
    expect(host.find(dockerName(spec, holderName))?.options.HostConfig).toMatchObject({
      NetworkMode: 'none',
      IpcMode: 'shareable',
    });
    expect(host.networks.size).toBe(0);
  });
});

describe('the network of a cluster’s tasks', () => {
  it('is one, whoever makes it first', async () => {
    const host = busyboxHost();
    const names = await Promise.all(Array.from({ length: 4 }, () => provideNetwork(host, 'prod')));
    expect(new Set(names)).toEqual(new Set(['longshore-prod']));
    expect(host.networks.size).toBe(1);
  });

  it('has a bridge and a name that are short enough, and a cluster’s own', () => {
    const long = taskNetwork('x'.repeat(255));
    expect(long.Name.length).toBeLessThan(128);
    for (const cluster of ['a', 'x'.repeat(255)])
      expect(taskNetwork(cluster).Options?.['com.docker.network.bridge.name']).toMatch(/^ls-[0-9a-f]{12}$/);
    expect(taskNetwork(`${'x'.repeat(254)}y`).Name).not.toBe(long.Name);
  });

  it('is another where the cluster’s settings are others, once no task uses the first', async () => {
    const host = busyboxHost();
    const spec = awsvpc();
    await start(host, spec);
    const network = { driver: 'macvlan' as const, parent: 'eth0', subnet: '10.0.0.0/24' };
    const second = { ...awsvpc(), network, address: '10.0.0.9' };
    expect(await start(host, second)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(
        /fake still has tasks on the network that the cluster had before/,
      ) as string,
    });
    await removeTask(host, spec.id);
    const outcome = await start(host, second);
    expect(outcome).toMatchObject({
      containers: [{ ipAddress: '10.0.0.9', network: 'longshore-default' }, {}],
    });
    expect([...host.networks.values()]).toMatchObject([{ driver: 'macvlan', device: 'eth0' }]);
    expect(await start(host, { ...awsvpc(), network, address: '10.0.0.9' })).toEqual({
      kind: 'address-taken',
      address: '10.0.0.9',
      detail: 'the address 10.0.0.9 is another container’s on fake'.replace('’', "'"),
    });
  });

  it('stays while a container uses it, and others’ stay', async () => {
    const host = busyboxHost();
    const spec = awsvpc();
    await start(host, spec);
    await provideNetwork(host, 'other');
    expect(await removeNetworks(host, 'default')).toEqual([]);
    await removeTask(host, spec.id);
    expect(await removeNetworks(host, 'default')).toEqual(['longshore-default']);
    expect([...host.networks.keys()]).toEqual(['longshore-other']);
  });
});

const now = () => 1_700_000_000_000;

const busyboxHost = (info = {}) => new FakeDockerHost('fake', { images: ['busybox'], info });

function awsvpc(change: Parameters<typeof taskSpec>[0] = {}): TaskSpec {
  const spec = taskSpec(change);
  return { ...spec, definition: { ...spec.definition, networkMode: 'awsvpc' } };
}

function start(host: FakeDockerHost, spec: TaskSpec, more: Partial<StartOptions> = {}) {
  return startTask(host, spec, {
    capacity: { cpu: 2048, memory: 4096, gpus: 0 },
    puller: createPuller(now),
    pull: { behavior: 'default', timeout: 60 },
    clock: now,
    random: () => 0.5,
    ...more,
  });
}
