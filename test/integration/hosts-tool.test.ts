import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { attach, bringUp, type TestCluster } from '../hosts/cluster.js';
import { askEngine } from '../hosts/engine-api.js';
import type { TestHost } from '../hosts/host.js';
import { run } from '../hosts/run.js';
import { describeWithHosts } from '../hosts/vitest.js';

describeWithHosts('test hosts', () => {
  let cluster: TestCluster;
  let web1: TestHost;
  let web2: TestHost;
  beforeAll(async () => {
    cluster = await bringUp({ name: 'hosts-tool', count: 2, memory: 512, keep: false });
    web1 = cluster.host('web1');
    web2 = cluster.host('web2');
  });
  // A fault that a failed test left would fail the following ones too.
  afterEach(() => web1.mendAll());
  afterAll(() => cluster.down());

  /** As a user of little patience; failures are told, not thrown. */
  const ssh = (host: string, command: string, ...flags: string[]) =>
    cluster.ssh(host, command, {
      flags: ['-o', 'ConnectTimeout=2', ...flags],
      mayFail: true,
      timeoutMs: 8000,
    });
  const login = (...flags: string[]) => ssh('web1', 'docker ps --format ok', ...flags);
  const works = async () => expect(await login()).toMatchObject({ code: 0, stderr: '' });

  it('have an engine each, with containers of their own', async () => {
    for (const host of cluster.hosts) {
      await host.docker(
        'run',
        '-d',
        '--name',
        'hello',
        '-p',
        '8080:80',
        'busybox',
        'sh',
        '-c',
        serve(host.name),
      );
    }

    const names = await Promise.all(cluster.hosts.map((host) => eventually(() => fetchText(host.url(8080)))));
    expect(names).toEqual(['web1\n', 'web2\n']);
    for (const host of cluster.hosts) await host.docker('rm', '-f', 'hello');
  });

  it('are reached by SSH as deploy and as root, with the generated configuration', async () => {
    expect((await ssh('web1', 'id -un; hostname; docker ps -q')).stdout).toBe('deploy\nweb1\n');
    expect((await ssh('web2', 'id -un; hostname', '-l', 'root')).stdout).toBe('root\nweb2\n');
    expect((await ssh(web2.address, 'hostname')).stdout).toBe('web2\n');
  });

  it('are reached by programs that call ssh by name', async () => {
    const env = { ...process.env, PATH: `${cluster.sshProgramDir}:/usr/bin:/bin` };
    const { stdout } = await run(['docker', '-H', 'ssh://web1', 'info', '-f', '{{.Name}}'], { env });
    expect(stdout).toBe('web1\n');
  });

  it('look like cloned machines of the memory asked for', async () => {
    const [first, second] = await Promise.all(
      cluster.hosts.map((h) => h.docker('info', '-f', '{{.ID}} {{.MemTotal}}')),
    );
    expect(first).toBe(second);
    expect(first).toMatch(/^(\w{4}:){11}\w{4} 536870912$/);
  });

  it('have no way out: a pull fails at once', async () => {
    const started = performance.now();
    const pull = await web1.exec(['docker', 'pull', 'nothere.example/x'], { mayFail: true });
    expect(pull.code).toBe(1);
    expect(performance.now() - started).toBeLessThan(4000);
  });

  it('run the test program until it is told to stop', async () => {
    await web1.docker('run', '-d', '--name', 'producer', '-e', 'MODE=producer', 'noeding/ecs-test');
    await eventually(async () =>
      expect(await web1.docker('logs', 'producer')).toContain('producer: message 1'),
    );
    await web1.docker('stop', 'producer');
    expect(await web1.docker('inspect', '-f', '{{.State.ExitCode}}', 'producer')).toBe('0');
    await web1.docker('rm', 'producer');
  });

  it('network-cut: no route, while the others go on', async () => {
    await web1.inflict('network-cut');
    expect(await login()).toMatchObject({ code: 255 });
    expect((await ssh('web2', 'hostname')).code).toBe(0);
    expect(web1.faults()).toEqual(['network-cut']);
    await web1.mend('network-cut');
    await works();
    expect(web1.faults()).toEqual([]);
  });

  it('network-blackhole: connects hang', async () => {
    await web1.inflict('network-blackhole');
    expect((await login()).stderr).toContain('timed out');
    await web1.mend('network-blackhole');
    await works();
  });

  it('engine-killed: the socket refuses, containers run on until the engine is back', async () => {
    await web1.docker('run', '-d', '--name', 'victim', 'noeding/ecs-test');
    await web1.inflict('engine-killed');
    expect((await login()).stderr).toContain('Cannot connect to the Docker daemon');
    expect((await web1.shell('grep -la ecs-[t]est /proc/[0-9]*/cmdline || true')).stdout).toMatch(/cmdline/);
    await web1.mend('engine-killed');
    await works();
    expect(await web1.docker('inspect', '-f', '{{.State.Running}}', 'victim')).toBe('false');
    await web1.docker('rm', 'victim');
  });

  it('reboot: what ran has died, memory is empty, the disk is as it was, and nothing is left to mend', async () => {
    const { pid } = web1;
    await web1.docker('run', '-d', '--name', 'victim', 'noeding/ecs-test');
    await web1.docker('run', '-d', '--name', 'back', '--restart', 'always', 'noeding/ecs-test');
    await web1.docker('volume', 'create', 'kept');
    await web1.shell('touch /run/lost /dev/shm/lost');
    await web1.inflict('reboot');
    await works();
    expect(web1.pid).not.toBe(pid);
    expect(web1.faults()).toEqual([]);
    expect(
      (await web1.shell('ls /run/lost /dev/shm/lost 2>&1 || true')).stdout.match(/No such/g),
    ).toHaveLength(2);
    const state = async (name: string) =>
      web1.docker('inspect', '-f', '{{.State.Running}} {{.State.ExitCode}}', name);
    expect(await state('victim')).toBe('false 255');
    await eventually(async () => expect(await state('back')).toBe('true 0'));
    expect(await web1.docker('volume', 'ls', '-q')).toBe('kept');
    await web1.docker('rm', '-f', 'victim', 'back');
    await web1.docker('volume', 'rm', 'kept');
  });

  it('engine-stopped: no containers are left running', async () => {
    await web1.docker('run', '-d', '--name', 'victim', 'noeding/ecs-test');
    await web1.inflict('engine-stopped');
    expect((await login()).stderr).toContain('Cannot connect to the Docker daemon');
    await web1.mend('engine-stopped');
    await works();
    expect(await web1.docker('inspect', '-f', '{{.State.Running}} {{.State.ExitCode}}', 'victim')).toBe(
      'false 0',
    );
    await web1.docker('rm', 'victim');
  });

  it('engine-paused: the engine accepts and is silent', async () => {
    await web1.inflict('engine-paused');
    // Its threads stop one by one, where the machine is busy.
    await expect.poll(() => web1.engineAnswers(300), { timeout: 5000 }).toBe(false);
    await web1.mend('engine-paused');
    expect(await web1.engineAnswers()).toBe(true);
  });

  it('sshd-stopped: connection refused', async () => {
    await web1.inflict('sshd-stopped');
    expect((await login()).stderr).toContain('Connection refused');
    await web1.mend('sshd-stopped');
    await works();
  });

  it('sshd-paused: a connection without a word', async () => {
    await web1.inflict('sshd-paused');
    expect(await firstWords(web1, 500)).toBe('');
    await web1.mend('sshd-paused');
    expect(await firstWords(web1, 5000)).toMatch(/^SSH-2.0/);
  });

  it('disk-full: this host alone has no space left', async () => {
    await web1.inflict('disk-full');
    expect((await ssh('web1', 'df --output=avail /')).stdout).toMatch(/Avail\s+0\n/);
    const create = await web1.exec(['docker', 'create', 'busybox'], { mayFail: true });
    expect(create.stderr).toContain('no space left on device');
    await web2.docker('create', '--name', 'fits', 'busybox');
    await web1.mend('disk-full');
    await web1.docker('create', '--name', 'fits', 'busybox');
    for (const host of cluster.hosts) await host.docker('rm', 'fits');
  });

  it('host-key-changed: refused by the client', async () => {
    await web1.inflict('host-key-changed');
    expect((await login()).stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
    await web1.mend('host-key-changed');
    await works();
  });

  it('key-rejected: permission denied, as for a stranger’s key', async () => {
    const stranger = ['-F', '/dev/null', '-i', cluster.unknownKeyPath, '-o', 'IdentitiesOnly=yes'];
    const knownHosts = ['-o', `UserKnownHostsFile=${cluster.knownHostsPath}`, '-o', 'BatchMode=yes'];
    const knock = ['ssh', ...stranger, ...knownHosts, `deploy@${web1.address}`, 'true'];
    expect((await run(knock, { mayFail: true })).stderr).toContain('Permission denied (publickey)');
    await web1.inflict('key-rejected');
    expect((await login()).stderr).toContain('Permission denied (publickey)');
    await web1.mend('key-rejected');
    await works();
  });

  it('stream-local-forbidden: sockets are not forwarded, commands run', async () => {
    const socket = `${cluster.dir}/forwarded.sock`;
    const forward = async () => {
      const client = spawn('ssh', [
        '-F',
        cluster.sshConfigPath,
        '-N',
        '-L',
        `${socket}:/run/docker.sock`,
        'web1',
      ]);
      await sleep(700);
      const answer = await askEngine(socket, 'GET', '/_ping').catch(() => undefined);
      client.kill();
      await run(['rm', '-f', socket]);
      return answer?.body;
    };
    expect(await forward()).toBe('OK');
    await web1.inflict('stream-local-forbidden');
    expect(await forward()).toBeUndefined();
    await works();
    await web1.mend('stream-local-forbidden');
    expect(await forward()).toBe('OK');
  });

  it('socket-denied: deploy may not talk to the engine, root may', async () => {
    await web1.inflict('socket-denied');
    expect((await login()).stderr).toContain('permission denied');
    expect((await login('-l', 'root')).code).toBe(0);
    await web1.mend('socket-denied');
    await works();
  });

  it('docker-missing: neither command nor socket', async () => {
    await web1.inflict('docker-missing');
    expect((await login()).stderr).toContain('docker: command not found');
    expect((await ssh('web1', 'ls /run/docker.sock')).code).toBe(2);
    await web1.mend('docker-missing');
    await works();
  });

  it('powered-off: containers are there after the boot, as the engine says', async () => {
    await web1.docker('run', '-d', '--name', 'always', '--restart=always', 'busybox', 'sleep', '1000');
    await web1.inflict('powered-off');
    expect(web1.isOn()).toBe(false);
    expect((await login()).code).toBe(255);
    await web1.mend('powered-off');
    await works();
    await eventually(async () => expect(await web1.docker('ps', '--format', '{{.Names}}')).toBe('always'));
  });

  it('reimage: an empty host with another key', async () => {
    await web1.reimage();
    expect((await login()).stderr).toContain('HOST IDENTIFICATION HAS CHANGED');
    cluster.trustHostKeys();
    await works();
    expect(await web1.docker('ps', '-aq')).toBe('');
  });

  it('lose their SSH sessions on demand', async () => {
    const session = ssh('web1', 'echo in; sleep 1000');
    await sleep(700);
    await web1.dropSshSessions();
    expect(await session).toMatchObject({ code: 255, stdout: 'in\n' });
    await works();
  });

  it('are found by other processes', async () => {
    const seen = attach('hosts-tool');
    expect(seen?.hosts.map((host) => host.address)).toEqual(cluster.hosts.map((host) => host.address));
    expect(await seen?.host('web2').engineAnswers()).toBe(true);
    expect(attach('nothing-of-this-name')).toBeUndefined();
  });
});

const serve = (text: string) => `echo ${text} >/www/index.html; exec httpd -f -p 80 -h /www`;

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  return response.text();
}

/** What the host's sshd says first within the time. */
function firstWords(host: TestHost, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.address, port: host.port });
    const finish = (words: string) => {
      socket.destroy();
      resolve(words);
    };
    setTimeout(() => finish(''), timeoutMs);
    socket.on('data', (chunk) => finish(chunk.toString()));
    socket.on('error', () => finish('error'));
  });
}

function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  return vi.waitFor(attempt, { timeout: 10_000 });
}
