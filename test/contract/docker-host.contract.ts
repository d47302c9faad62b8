import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DockerHost, EngineEvent } from '../../src/lib/hosts/docker-host.js';
import type { CreateContainer } from '../../src/lib/hosts/container-types.js';
import { collect } from './collect.js';
import { networksContract } from './networks.contract.js';
import { imagesContract } from './images.contract.js';
import { HostError } from '../../src/lib/hosts/host-error.js';
import { execContract } from './docker-exec.contract.js';
import { statsContract } from './stats.contract.js';
import { volumesContract } from './volumes.contract.js';

export interface ContractSubject {
  host: DockerHost;
  /** An image that the engine has, with busybox's commands and neither entry point nor command. */
  image: string;
  /** The engine runs in another network and file system than those that the host looks at. */
  elsewhere?: boolean;
  close?: () => Promise<void>;
}

/**
 * What everyone who uses a DockerHost may rely on. Run against the one in memory and against real engines, so that
 * what is tested with the former holds on the latter.
 */
export function dockerHostContract(name: string, make: () => Promise<ContractSubject>): void {
  describe(`DockerHost: ${name}`, () => {
    let subject: ContractSubject;
    let host: DockerHost;
    // Unique, since real engines are shared with other tests.
    const run = `contract-${randomUUID().slice(0, 8)}`;
    const label = `longshore.test=${run}`;
    let count = 0;

    beforeAll(async () => {
      subject = await make();
      host = subject.host;
    });

    afterAll(async () => {
      if (!subject) return;
      for (const { id } of await host.listContainers({ all: true, labels: [label] })) {
        await host.removeContainer(id, { force: true });
      }
      for (const volume of await host.listVolumes({ labels: [label] })) await host.removeVolume(volume.name);
      for (const network of await host.listNetworks({ labels: [label] }))
        await host.removeNetwork(network.id);
      await subject.close?.();
    });

    const create = async (cmd: string[], more: Partial<CreateContainer> = {}) => {
      const containerName = `${run}-${++count}`;
      const labels = { 'longshore.test': run, ...more.Labels };
      const id = await host.createContainer(containerName, {
        Image: subject.image,
        Cmd: cmd,
        ...more,
        Labels: labels,
      });
      return { id, name: containerName };
    };
    const start = async (cmd: string[], more: Partial<CreateContainer> = {}) => {
      const container = await create(cmd, more);
      await host.startContainer(container.id);
      return container;
    };
    const forever = ['sleep', '1000'];

    describe('engine', () => {
      it('tells its version, capacity and clock', async () => {
        const info = await host.info();
        await host.ping(5, new AbortController().signal);
        expect(info.apiVersion).toMatch(/^1\.\d+$/);
        expect(info.cpus).toBeGreaterThan(0);
        expect(info.memoryBytes).toBeGreaterThan(1024 ** 2);
        expect(info.osType).toBe('linux');
        expect(info.logDrivers).toContain('json-file');
        expect(Math.abs(info.clockOffset)).toBeLessThan(60_000);
      });

      it('tells ports in use and free disk', async () => {
        if (subject.elsewhere) return;
        const ports = await host.listeningPorts();
        expect(ports?.tcp).toBeInstanceOf(Array);
        expect(ports?.udp).toBeInstanceOf(Array);
        expect(await host.freeDisk()).toBeGreaterThan(1024 ** 2);
      });
    });

    describe('life of a container', () => {
      it('is created, started, listed, stopped and removed', async () => {
        const { id, name: containerName } = await create(forever, { Labels: { 'longshore.kind': 'life' } });
        const list = () => host.listContainers({ all: true, labels: [label, 'longshore.kind=life'] });
        expect(await list()).toMatchObject([{ id, names: [containerName], state: 'created' }]);
        expect((await host.inspectContainer(id))?.state).toMatchObject({ status: 'created', running: false });

        await host.startContainer(id);
        expect(await list()).toMatchObject([{ id, state: 'running', labels: { 'longshore.kind': 'life' } }]);
        const details = await host.inspectContainer(containerName);
        expect(details).toMatchObject({
          id,
          name: containerName,
          state: { status: 'running', running: true },
        });
        expect(details?.state.startedAt).toBeGreaterThanOrEqual(details?.created ?? Infinity);
        expect(details?.state.finishedAt).toBeUndefined();

        await host.stopContainer(id, 1);
        const stopped = await host.inspectContainer(id);
        expect(stopped?.state).toMatchObject({ status: 'exited', running: false });
        expect(stopped?.state.finishedAt).toBeGreaterThanOrEqual(stopped?.state.startedAt ?? Infinity);
        expect(await host.listContainers({ labels: [label, 'longshore.kind=life'] })).toEqual([]);

        await host.removeContainer(id);
        expect(await host.inspectContainer(id)).toBeUndefined();
        expect(await list()).toEqual([]);
      });

      it('keeps what it was created with', async () => {
        const { id } = await create(forever, {
          Env: ['A=1'],
          HostConfig: { Memory: 64 * 1024 ** 2, MemoryReservation: 32 * 1024 ** 2, CpuShares: 512 },
        });
        const details = await host.inspectContainer(id);
        expect(details?.env).toContain('A=1');
        expect(details?.command).toEqual(forever);
        expect(details?.hostConfig).toMatchObject({
          memory: 64 * 1024 ** 2,
          memoryReservation: 32 * 1024 ** 2,
          cpuShares: 512,
          restartPolicy: 'no',
        });
      });

      it('does not start with GPUs that its engine has no driver for', async () => {
        const DeviceRequests = [{ Driver: 'nvidia', DeviceIDs: ['0'], Capabilities: [['gpu']] }];
        const { id } = await create(forever, { HostConfig: { DeviceRequests } });
        await expect(host.startContainer(id)).rejects.toMatchObject({
          message: expect.stringContaining('could not select device driver'),
        });
      });

      it('may be started, stopped, killed and removed again without harm', async () => {
        const { id } = await start(forever);
        await host.startContainer(id);
        await host.killContainer(id, 'SIGKILL');
        await host.waitContainer(id);
        await host.killContainer(id, 'SIGKILL');
        await host.stopContainer(id, 1);
        await host.removeContainer(id);
        await host.removeContainer(id);
        await host.stopContainer(id, 1);
        await host.killContainer(id, 'SIGTERM');
      });

      it('is started again as often as its restart policy says', async () => {
        const RestartPolicy = { Name: 'on-failure' as const, MaximumRetryCount: 1 };
        const { id } = await start(['false'], { HostConfig: { RestartPolicy } });
        await expect
          .poll(() => host.inspectContainer(id), { timeout: 10_000 })
          .toMatchObject({ restartCount: 1, state: { status: 'exited', exitCode: 1 } });
      });

      it('loses its restart policy, where that is asked for', async () => {
        const { id } = await start(['false'], { HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } });
        expect((await host.inspectContainer(id))?.hostConfig.restartPolicy).toBe('unless-stopped');
        await host.stopContainer(id, 1);
        await host.updateContainer(id, { RestartPolicy: { Name: 'no' } });
        expect(await host.inspectContainer(id)).toMatchObject({
          hostConfig: { restartPolicy: 'no' },
          state: { status: 'exited' },
        });
        await host.updateContainer(`${run}-never`, { RestartPolicy: { Name: 'no' } });
      });

      it('gives its exit code to who waits', async () => {
        const { id } = await start(['sh', '-c', 'exit 3']);
        expect(await host.waitContainer(id)).toEqual({ exitCode: 3 });
        expect((await host.inspectContainer(id))?.state).toMatchObject({
          status: 'exited',
          exitCode: 3,
          oomKilled: false,
        });
        expect(await host.waitContainer(id)).toEqual({ exitCode: 3 });
      });

      it('lets who waits give up', async () => {
        const { id } = await start(forever);
        const giveUp = new AbortController();
        const waiting = host.waitContainer(id, giveUp.signal);
        const reason = new Error('enough');
        setTimeout(() => giveUp.abort(reason), 50);
        await expect(waiting).rejects.toBe(reason);
        await host.removeContainer(id, { force: true });
      });

      it('tells those who wait that a container is gone', async () => {
        expect(await host.waitContainer(`${run}-never`)).toBeUndefined();
        expect(await host.inspectContainer(`${run}-never`)).toBeUndefined();
      });

      it('is not removed while it runs, unless forced', async () => {
        const { id } = await start(forever);
        await expect(host.removeContainer(id)).rejects.toMatchObject({ kind: 'engine', status: 409 });
        await host.removeContainer(id, { force: true });
        expect(await host.inspectContainer(id)).toBeUndefined();
      });
    });

    describe('refusals', () => {
      it('say 409 where the name is taken', async () => {
        const { name: taken } = await create(forever);
        const again = host.createContainer(taken, { Image: subject.image });
        await expect(again).rejects.toMatchObject({ kind: 'engine', status: 409, isOutage: false });
      });

      it('say 404 without the image', async () => {
        const creating = host.createContainer(`${run}-none`, { Image: 'longshore.invalid/none:1' });
        await expect(creating).rejects.toBeInstanceOf(HostError);
        await expect(creating).rejects.toMatchObject({ kind: 'engine', status: 404 });
        expect(await host.inspectImage('longshore.invalid/none:1')).toBeUndefined();
      });

      it('name the port that is taken, at start', async () => {
        const publish = {
          ExposedPorts: { '80/tcp': {} },
          HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '18099' }] } },
        };
        const first = await start(forever, publish);
        // One for each family of addresses.
        for (const port of (await host.inspectContainer(first.id))?.ports ?? []) {
          expect(port).toMatchObject({ privatePort: 80, publicPort: 18099, type: 'tcp' });
        }
        const [summary] = await host.listContainers({ labels: [label], status: ['running'] });
        expect(summary?.ports.map((port) => port.publicPort)).toContain(18099);
        if (!subject.elsewhere) expect((await host.listeningPorts())?.tcp).toContain(18099);
        const second = await create(forever, publish);
        await expect(host.startContainer(second.id)).rejects.toMatchObject({
          kind: 'engine',
          status: 500,
          message: expect.stringMatching(/18099 failed: port is already allocated/),
        });
        expect((await host.inspectContainer(second.id))?.state).toMatchObject({
          status: 'created',
          running: false,
        });
        await host.removeContainer(first.id, { force: true });
        await host.startContainer(second.id);
        await host.removeContainer(second.id, { force: true });
      });
    });

    describe('logs', () => {
      it('give the lines of both streams with their times, and end with the container', async () => {
        const { id } = await start(['sh', '-c', 'echo one; echo two >&2; echo three']);
        await host.waitContainer(id);
        const lines = await collect(host.logs(id, {}));
        expect(lines.map((line) => `${line.stream} ${line.text}`).sort()).toEqual([
          'stderr two',
          'stdout one',
          'stdout three',
        ]);
        for (const line of lines) expect(line.timestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{9}Z$/);
        expect((await collect(host.logs(id, { stderr: false }))).map((line) => line.text)).toEqual([
          'one',
          'three',
        ]);
        expect(await collect(host.logs(id, { tail: 1 }))).toHaveLength(1);
        expect((await collect(host.logs(id, { follow: true }))).length).toBe(3);
      });

      it('end when aborted', async () => {
        const { id } = await start(['sh', '-c', 'echo up; sleep 1000']);
        const enough = new AbortController();
        const seen: string[] = [];
        for await (const line of host.logs(id, { follow: true, signal: enough.signal })) {
          seen.push(line.text);
          enough.abort();
        }
        expect(seen).toEqual(['up']);
        await host.removeContainer(id, { force: true });
      });
    });

    execContract(() => ({ host, start: () => start(forever), create: () => create(forever) }));

    networksContract(() => subject, run, create);
    imagesContract(() => subject, run);

    volumesContract(() => subject, { run, create });

    statsContract(() => host, create);

    describe('events', () => {
      it('tell what happens to containers of a label, until aborted', async () => {
        const enough = new AbortController();
        const seen: EngineEvent[] = [];
        const watching = (async () => {
          for await (const event of host.events({
            labels: [label, 'longshore.kind=watched'],
            signal: enough.signal,
          })) {
            seen.push(event);
            if (event.action === 'die') enough.abort();
          }
        })();
        // A stream of events begins when the engine has got the request, which nothing tells.
        await new Promise((resolve) => setTimeout(resolve, 500));
        await start(['sh', '-c', 'exit 4']);
        const { id } = await start(['sh', '-c', 'exit 5'], { Labels: { 'longshore.kind': 'watched' } });
        await watching;
        expect(seen.map((event) => event.action)).toEqual(['create', 'start', 'die']);
        expect(new Set(seen.map((event) => event.id))).toEqual(new Set([id]));
        expect(seen[2]?.attributes).toMatchObject({ exitCode: '5', 'longshore.test': run });

        // Those that were before are told again to who asks for them.
        const again = new AbortController();
        const since = Math.floor(seen[1]?.time ?? 0) / 1000;
        const query = { labels: [label, 'longshore.kind=watched'], since, signal: again.signal };
        const repeated: string[] = [];
        for await (const event of host.events(query)) {
          repeated.push(event.action);
          if (event.action === 'die') again.abort();
        }
        expect(repeated.slice(-2)).toEqual(['start', 'die']);

        // With a last moment they are all that is told.
        const before = async (time = 0) => {
          const past: string[] = [];
          const { signal } = new AbortController();
          for await (const event of host.events({ labels: query.labels, until: time / 1000, signal }))
            past.push(event.action);
          return past;
        };
        expect(await before((seen[2]?.time ?? 0) + 1)).toEqual(['create', 'start', 'die']);
        expect(await before((seen[0]?.time ?? 0) - 1)).toEqual([]);
      });
    });
  });
}
