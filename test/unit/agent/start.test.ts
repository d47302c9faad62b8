import { describe, expect, it } from 'vitest';
import { containerOptions } from '../../../src/lib/agent/container-options.js';
import { containerLabels } from '../../../src/lib/agent/labels.js';
import { dockerName } from '../../../src/lib/agent/names.js';
import { createPuller } from '../../../src/lib/agent/pull.js';
import { startTask, type StartOptions } from '../../../src/lib/agent/start.js';
import type { AgentEvent, TaskSpec } from '../../../src/lib/agent/types.js';
import type { CreateContainer } from '../../../src/lib/hosts/container-types.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { taskSpec, tcp } from './task-spec.js';

describe('startTask', () => {
  it('starts one container in four requests', async () => {
    const host = busyboxHost();
    const spec = taskSpec({ bindings: { main: [tcp(8080)] } });
    const outcome = await start(host, spec);
    const name = `ecs-app-3-main-${spec.id}`;
    expect(host.calls.map((call) => call.replace(/ c0{10}.*/, ' ID'))).toEqual([
      'inspectImage busybox',
      `createContainer ${name}`,
      'listContainers',
      'startContainer ID',
    ]);
    expect(outcome).toMatchObject({
      kind: 'started',
      containers: [
        {
          taskId: spec.id,
          containerName: 'main',
          state: 'running',
          networkBindings: [tcp(8080)],
          startedAt: now(),
        },
      ],
    });
    expect(host.find(name)?.status).toBe('running');
  });

  it('tells each step', async () => {
    const events: AgentEvent[] = [];
    await start(busyboxHost(), taskSpec(), { onEvent: (event) => events.push(event) });
    expect(events.map(({ type }) => type)).toEqual([
      'images-wanted',
      'pull-stopped',
      'images-there',
      'container-created',
      'container-started',
    ]);
  });

  it('creates all containers before it starts the first, both in the order of their links', async () => {
    const host = busyboxHost();
    const spec = taskSpec({
      containers: [{ name: 'web', links: ['app:backend'] }, { name: 'app', links: ['db'] }, { name: 'db' }],
    });
    const outcome = await start(host, spec);
    const created = host.calls.filter((call) => call.startsWith('create')).map((call) => call.split('-')[3]);
    expect(created).toEqual(['db', 'app', 'web']);
    expect(outcome.kind === 'started' && outcome.containers.map((c) => c.containerName)).toEqual([
      'db',
      'app',
      'web',
    ]);
    expect(host.find(dockerName(spec, 'web'))?.options.HostConfig?.Links).toEqual([
      `${dockerName(spec, 'app')}:backend`,
    ]);
    expect(host.calls.findIndex((c) => c.startsWith('start'))).toBeGreaterThan(
      host.calls.findLastIndex((c) => c.startsWith('create')),
    );
  });

  it('refuses links that form a circle', async () => {
    const containers = [
      { name: 'a', links: ['b'] },
      { name: 'b', links: ['a'] },
    ];
    expect(await start(busyboxHost(), taskSpec({ containers }))).toMatchObject({ kind: 'failed' });
  });

  it('asks for an image once, however many containers have it', async () => {
    const host = busyboxHost();
    await start(host, taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] }));
    expect(host.calls.filter((call) => call.startsWith('inspectImage'))).toHaveLength(1);
  });
});

describe('a start that fails', () => {
  it('for an image names the container, and has created nothing', async () => {
    const host = busyboxHost();
    const outcome = await start(host, taskSpec({ containers: [{}, { name: 'side', image: 'missing' }] }));
    expect(outcome).toMatchObject({ kind: 'failed', container: 'side' });
    expect(outcome.kind === 'failed' && outcome.reason).toMatch(
      /^CannotPullContainerError: pull access denied for missing/,
    );
    expect(host.containers.size).toBe(0);
  });

  it('at creation leaves nothing behind', async () => {
    const host = busyboxHost();
    const spec = taskSpec({ containers: [{}, { name: 'side' }] });
    await host.createContainer(dockerName(spec, 'side'), { Image: 'busybox' });
    const outcome = await start(host, spec);
    expect(outcome).toMatchObject({ kind: 'failed', container: 'side' });
    expect(outcome.kind === 'failed' && outcome.reason).toContain('docker rename');
    expect([...host.containers.values()].map(({ name }) => name)).toEqual([dockerName(spec, 'side')]);
  });

  it('for its command gives the engine’s words', async () => {
    const host = busyboxHost();
    host.failNext(
      'startContainer',
      'OCI runtime create failed: exec: "foo": executable file not found in $PATH',
      400,
    );
    expect(await start(host, taskSpec())).toEqual({
      kind: 'failed',
      container: 'main',
      reason:
        'CannotStartContainerError: OCI runtime create failed: exec: "foo": executable file not found in $PATH',
    });
    expect(host.containers.size).toBe(0);
  });

  it('for a port says which, and takes started siblings away again', async () => {
    const host = busyboxHost();
    host.occupied.tcp.add(8081);
    const containers = [{}, { name: 'side' }];
    const bindings = { main: [tcp(8080)], side: [tcp(8082), tcp(8081)] };
    const outcome = await start(host, taskSpec({ containers, bindings }));
    expect(outcome).toMatchObject({ kind: 'port-taken', ports: ['tcp/8081'] });
    expect(host.containers.size).toBe(0);
  });

  it.each(['listContainers', 'startContainer'] as const)(
    'at %s as the host is lost is left to the caller',
    async (method) => {
      const host = busyboxHost();
      host.failNext(method, new HostError('web1', 'lost', 'web1: lost', ''));
      await expect(start(host, taskSpec())).rejects.toMatchObject({ kind: 'lost' });
      expect(host.containers.size).toBe(0);
    },
  );

  it('and can’t be undone is left to the caller', async () => {
    const host = busyboxHost();
    host.failNext('startContainer', 'no', 500);
    host.failNext('removeContainer', 'device or resource busy', 500);
    await expect(start(host, taskSpec())).rejects.toMatchObject({ kind: 'engine' });
  });

  it('as it is aborted leaves nothing behind', async () => {
    const host = busyboxHost();
    const stop = new AbortController();
    const onEvent = ({ type }: AgentEvent) => {
      if (type === 'container-created') stop.abort(new Error('interrupted'));
    };
    await expect(start(host, taskSpec(), { signal: stop.signal, onEvent })).rejects.toThrow('interrupted');
    expect(host.containers.size).toBe(0);
  });
});

describe('a start that is done again', () => {
  it('adopts what runs, and asks for no room', async () => {
    const host = busyboxHost();
    const spec = taskSpec();
    await start(host, spec);
    host.calls.length = 0;
    const again = await start(host, spec, { capacity: { cpu: 1, memory: 1, gpus: 0 } });
    expect(again).toMatchObject({ kind: 'started', containers: [{ state: 'running' }] });
    expect(host.calls.filter((call) => /^(start|list|remove)/.test(call))).toEqual([]);
  });

  it('does not start again what has ended', async () => {
    const host = busyboxHost();
    const spec = taskSpec({ containers: [{ command: ['sh', '-c', 'exit 3'] }] });
    await start(host, spec);
    expect(await start(host, spec)).toMatchObject({
      kind: 'started',
      containers: [{ state: 'exited', exitCode: 3 }],
    });
  });

  it('makes anew what was never started, with the ports of now', async () => {
    const host = busyboxHost();
    const before = taskSpec({ bindings: { main: [tcp(8080)] } });
    const options = containerOptions(before, { image: 'busybox' }, containerLabels(before, 'main', true));
    await host.createContainer(dockerName(before, 'main'), options);
    const outcome = await start(host, { ...before, bindings: { main: [tcp(9090)] } });
    expect(outcome.kind).toBe('started');
    expect(host.containers.size).toBe(1);
    expect(host.find(dockerName(before, 'main'))?.ports).toMatchObject([{ publicPort: 9090 }]);
  });

  it('starts the rest of a task that was started in part', async () => {
    const host = busyboxHost();
    const spec = taskSpec({ containers: [{ name: 'a' }, { name: 'b' }] });
    await start(host, spec);
    await host.removeContainer(dockerName(spec, 'b'), { force: true });
    const outcome = await start(host, spec, { capacity: { cpu: 1, memory: 1, gpus: 0 } });
    expect(outcome).toMatchObject({
      kind: 'started',
      containers: [{ state: 'running' }, { state: 'running' }],
    });
  });
});

describe('a start on a host that others use', () => {
  it('is withdrawn where there is no room, and says what else is there', async () => {
    const host = busyboxHost();
    const [first, second] = [taskSpec(), taskSpec()];
    await start(host, first, { capacity });
    const outcome = await start(host, second, { capacity });
    expect(outcome).toMatchObject({
      kind: 'withdrawn',
      reason: 'RESOURCE:MEMORY',
      detail: 'needs 64 MiB of memory, 36 of 100 are free',
      foreign: { cpu: 128, memory: 64 },
    });
    expect(host.containers.size).toBe(1);
    const known = await start(host, second, { capacity, isOwn: (id) => id === first.id });
    expect(known).toMatchObject({ foreign: { cpu: 0, memory: 0, containers: [] } });
  });

  it('counts limits of containers that nobody labelled, and asks for them once', async () => {
    const host = busyboxHost();
    const limited: CreateContainer = {
      Image: 'busybox',
      Cmd: ['sleep', '9'],
      HostConfig: { Memory: 50 * 1024 ** 2 },
    };
    await host.startContainer(await host.createContainer('foreign', limited));
    const inspections = () => host.calls.filter((call) => call.startsWith('inspectContainer')).length;
    expect(await start(host, taskSpec(), { capacity })).toMatchObject({
      kind: 'withdrawn',
      foreign: { memory: 50 },
    });
    expect(inspections()).toBe(1);
    await start(host, taskSpec(), { capacity });
    expect(inspections()).toBe(1);
  });

  it('of two at once lets one through', async () => {
    const host = busyboxHost();
    const outcomes = await Promise.all([
      start(host, taskSpec(), { capacity }),
      start(host, taskSpec(), { capacity }),
    ]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['started', 'withdrawn']);
    expect(host.containers.size).toBe(1);
  });

  it('lists few times for many tasks at once', async () => {
    const host = busyboxHost();
    const tasks = Array.from({ length: 10 }, () => taskSpec());
    const outcomes = await Promise.all(tasks.map((spec) => start(host, spec)));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['started']));
    expect(host.calls.filter((call) => call === 'listContainers').length).toBeLessThan(5);
  });

  it('fails where its containers are removed under it', async () => {
    const host = busyboxHost();
    const onEvent = (event: AgentEvent) => {
      if (event.type === 'container-created') host.containers.delete(event.id);
    };
    const outcome = await start(host, taskSpec(), { onEvent });
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('ContainerVanishedError'),
    });
  });

  it('is withdrawn where it took so long that its claim may have been forgotten', async () => {
    const host = busyboxHost();
    let time = 0;
    host.onStart = () => (time += 200_000);
    const outcome = await start(host, taskSpec(), { clock: () => time });
    expect(outcome).toMatchObject({ kind: 'withdrawn', reason: 'AGENT' });
    expect(host.containers.size).toBe(0);
  });
});

const capacity = { cpu: 1024, memory: 100, gpus: 0 };
const now = () => 5000;

function busyboxHost(): FakeDockerHost {
  return new FakeDockerHost('web1', { images: ['busybox'] });
}

function start(host: FakeDockerHost, spec: TaskSpec, options: Partial<StartOptions> = {}) {
  return startTask(host, spec, {
    capacity: { cpu: 4096, memory: 4096, gpus: 0 },
    puller: createPuller(now),
    pull: { behavior: 'default', timeout: 1 },
    clock: now,
    random: () => 0,
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
    ...options,
  });
}
