import { fork } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DockerHost } from '../../src/lib/hosts/docker-host.js';
import type { LogLine } from '../../src/lib/hosts/container-types.js';
import type { OpenHostsOptions } from '../../src/lib/hosts/open-hosts.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import type { FaultName } from '../hosts/faults.js';
import type { TestHost } from '../hosts/host.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { failing, opener, ssh, type Open } from './open-hosts.js';

const image = 'busybox:latest';
/** Short ones, so that the tests are; twice as long is still in time on a machine with other work. */
const quick: Partial<OpenHostsOptions> = {
  connectTimeout: 3,
  limits: { request: 3, change: 3, log: 10 },
  keepaliveInterval: 1,
};

describeWithHosts('hosts that fail', () => {
  let cluster: TestCluster;
  let web1: TestHost;
  let open: Open;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    web1 = cluster.host('web1');
    open = opener(cluster);
  });
  afterEach(() => web1.mendAll());
  afterAll(() => cluster?.release());

  it.each<[FaultName, string, RegExp, RegExp]>([
    [
      'network-cut',
      'unreachable',
      /^web1 unreachable: .* (did not answer within 3 s|no route to host)/,
      /check/,
    ],
    ['network-blackhole', 'unreachable', /did not answer within 3 s$/, /no firewall drops/],
    ['sshd-stopped', 'unreachable', /refused the connection$/, /check that sshd runs/],
    [
      'sshd-paused',
      'unreachable',
      /did not finish the SSH handshake within 3 s$/,
      /check that the host is up/,
    ],
    ['powered-off', 'unreachable', /^web1 unreachable: /, /check/],
    [
      'key-rejected',
      'auth',
      /^web1 unreachable: no key \(.*\) was accepted$/,
      /^run ssh-add with a key that deploy@web1 accepts/,
    ],
    [
      'host-key-changed',
      'host-key-changed',
      /the host key of deploy@web1 has changed: it shows ED25519 SHA256:/,
      /ssh-keygen -f '.*' -R '/,
    ],
    [
      'docker-missing',
      'no-docker',
      /^web1: no Docker engine answers at \/var\/run\/docker.sock \(no such file\)$/,
      /systemctl start docker/,
    ],
    ['engine-stopped', 'no-docker', /^web1: no Docker engine answers/, /systemctl start docker/],
    [
      'engine-killed',
      'no-docker',
      /^web1: no Docker engine answers .* \(nothing listens\)$/,
      /systemctl start docker/,
    ],
    [
      'engine-paused',
      'timeout',
      /^web1: its Docker engine did not answer within 3 s$/,
      /systemctl status docker/,
    ],
    [
      'socket-denied',
      'socket-denied',
      /^web1: deploy@web1 may not use \/var\/run\/docker.sock$/,
      /usermod -aG docker deploy/,
    ],
  ])('%s: told in time, with the remedy', async (fault, kind, message, remedy) => {
    await web1.inflict(fault);
    const hosts = open(quick);
    const began = performance.now();
    const error = await failing(hosts.connect(ssh('web1'), 'web1'));
    expect(error).toMatchObject({
      kind,
      isOutage: true,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
    expect(performance.now() - began).toBeLessThan(10_000);
    await web1.mend(fault);
    // The kernel may still believe for a moment that there is nobody.
    await vi.waitFor(() => hosts.connect(ssh('web1'), 'web1', { retry: true }), {
      timeout: 10_000,
      interval: 300,
    });
  });

  describe('while they are used', () => {
    let host: DockerHost;
    const connect = async (options = quick) => (host = await open(options).connect(ssh('web1'), 'web1'));
    const sleeper = async () => {
      const id = await host.createContainer(`sleeper-${Date.now()}`, {
        Image: image,
        Cmd: ['sleep', '1000'],
      });
      await host.startContainer(id);
      return id;
    };

    it('a connection that was cut off is noticed, and made anew when the host is back', async () => {
      await connect();
      const waiting = failing(host.waitContainer(await sleeper()));
      await web1.inflict('network-blackhole');
      const [plain, wait] = await Promise.all([failing(host.listContainers({})), waiting]);
      expect(plain.isOutage).toBe(true);
      expect(wait.kind).toBe('lost');
      await web1.mend('network-blackhole');
      // A failure holds for some seconds.
      await vi.waitFor(async () => expect(await host.listContainers({})).not.toEqual([]), {
        timeout: 10_000,
      });
    });

    it('a change under way is told as lost, with no second attempt', async () => {
      await connect({ ...quick, limits: { request: 3, change: 20, log: 10 } });
      await web1.inflict('engine-paused');
      const creating = failing(host.createContainer('once', { Image: image, Cmd: ['true'] }));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await web1.dropSshSessions();
      expect(await creating).toMatchObject({ kind: 'lost', message: 'web1: the connection dropped' });
      await web1.mend('engine-paused');
      expect(await host.inspectImage(image)).toBeDefined();
    });

    it('dropped sessions are made anew without a word, also for a wait under way', async () => {
      await connect({ ...quick, limits: {} });
      const id = await sleeper();
      const waiting = host.waitContainer(id);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await web1.dropSshSessions();
      expect((await host.listContainers({})).map((container) => container.id)).toContain(id);
      await host.killContainer(id, 'SIGKILL');
      expect(await waiting).toEqual({ exitCode: 137 });
    });

    it('a restart of the engine is survived; streams that it ends are told as lost', async () => {
      await connect({ ...quick, limits: {} });
      const id = await host.createContainer('talker', {
        Image: image,
        Cmd: ['sh', '-c', 'echo up; sleep 1000'],
        StopTimeout: 1,
      });
      await host.startContainer(id);
      const lines: LogLine[] = [];
      const reading = failing(
        (async () => {
          for await (const event of host.events({ signal: new AbortController().signal })) void event;
        })(),
      );
      // The command may take a moment to say it.
      while (lines.length === 0) for await (const line of host.logs(id, {})) lines.push(line);
      await web1.stopEngine();
      expect((await reading).isOutage).toBe(true);
      expect(await failing(host.listContainers({}))).toMatchObject({ kind: 'no-docker' });
      await web1.startEngine();
      expect((await host.inspectContainer(id))?.state.running).toBe(false);
      expect(lines.map((line) => line.text)).toEqual(['up']);
    });

    it('a full disk is told in the words of the engine', async () => {
      await connect({ ...quick, limits: {} });
      await web1.inflict('disk-full');
      const error = await failing(host.createContainer('full', { Image: image, Cmd: ['true'] }));
      expect(error).toMatchObject({
        kind: 'engine',
        isOutage: false,
        message: expect.stringContaining('no space left on device'),
        remedy: expect.stringContaining('docker system prune'),
      });
    });

    it.each(['stream', 'program'])('standard input may end before the answer comes (%s)', async (way) => {
      if (way === 'program') await web1.inflict('stream-local-forbidden');
      await connect({ ...quick, limits: {} });
      const options = {
        Image: image,
        Cmd: ['sh', '-c', 'cat; sleep 0.5; echo end'],
        OpenStdin: true,
        StdinOnce: true,
        AttachStdin: true,
      };
      const id = await host.createContainer(`half-${way}`, { ...options, Tty: false });
      const attached = await attach(host, id);
      await host.startContainer(id);
      attached.end('hello\n');
      const chunks: Buffer[] = [];
      for await (const chunk of attached) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).toString()).toMatch(/hello\n[^]*end\n/);
    });
  });

  it.each(['closed', 'closed-with-streams', 'failed'])(
    'let the process end by itself when they are closed (%s)',
    async (how) => {
      if (how === 'failed') await web1.inflict('sshd-paused');
      const script = fileURLToPath(new URL('./use-hosts.ts', import.meta.url));
      const child = fork(script, [cluster.sshConfigPath, how], {
        execArgv: ['--import', 'tsx'],
        stdio: 'inherit',
      });
      const closed = new Promise<number>((resolve) =>
        child.once('message', () => resolve(performance.now())),
      );
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
      expect(code).toBe(0);
      expect(performance.now() - (await closed)).toBeLessThan(1500);
    },
  );
});

/** What `docker attach` does, by the engine behind a host. */
function attach(host: DockerHost, id: string): Promise<Duplex> {
  type Docker = { getContainer(id: string): { attach(options: object): Promise<Duplex> } };
  type Engine = {
    ask<T>(work: (docker: Docker, abortSignal: AbortSignal) => Promise<T>, options: object): Promise<T>;
  };
  const { engine } = host as unknown as { engine: Engine };
  const _query = { stream: true, stdin: true, stdout: true, stderr: true };
  return engine.ask(
    (docker, abortSignal) => docker.getContainer(id).attach({ hijack: true, _query, abortSignal }),
    { use: 'long' },
  );
}
