import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { HostAddress } from '../../src/lib/hosts/address.js';
import { openHosts } from '../../src/lib/hosts/open-hosts.js';
import { attributesOf, probeHost } from '../../src/lib/hosts/probe.js';
import { dockerHostContract } from '../contract/docker-host.contract.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { run } from '../hosts/run.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { failing, opener, ssh, type Open } from './open-hosts.js';

const image = 'busybox:latest';

describeWithHosts('hosts', () => {
  let cluster: TestCluster;
  let open: Open;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    open = opener(cluster);
  });
  afterAll(() => cluster?.release());

  const subject = async (address: HostAddress) => {
    const hosts = openHosts({ local: { name: 'root', home: '/root' }, sshConfigFile: cluster.sshConfigPath });
    return { host: await hosts.connect(address, 'web1'), image, close: () => hosts.close() };
  };

  dockerHostContract('through SSH', () => subject(ssh('web1')));

  describe('where sshd forwards no sockets', () => {
    beforeAll(() => cluster.host('web2').inflict('stream-local-forbidden'));
    afterAll(() => cluster.host('web2').mend('stream-local-forbidden'));

    dockerHostContract("through docker's dial-stdio", () => subject(ssh('web2')));

    it('40 requests at once get through, whatever stays open beside', async () => {
      const host = await open().connect(ssh('web2'), 'web2');
      const ids = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          host.createContainer(`open-${i}`, { Image: image, Cmd: ['sleep', '1000'] }),
        ),
      );
      await Promise.all(ids.map((id) => host.startContainer(id)));
      const waits = ids.map((id) => host.waitContainer(id));
      const lists = await Promise.all(Array.from({ length: 40 }, () => host.listContainers({})));
      expect(lists.every((list) => list.length === 12)).toBe(true);
      await Promise.all(ids.map((id) => host.removeContainer(id, { force: true })));
      expect(await Promise.all(waits)).toHaveLength(12);
    });

    it('30 containers are stopped while all are waited for', { timeout: 120_000 }, async () => {
      const host = await open().connect(ssh('web2'), 'web2');
      const ids = await Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          host.createContainer(`stop-${i}`, { Image: image, Cmd: ['sleep', '1000'] }),
        ),
      );
      await Promise.all(ids.map((id) => host.startContainer(id)));
      const waits = ids.map((id) => host.waitContainer(id));
      // As process 1, sleep doesn't hear SIGTERM: each takes its second.
      await Promise.all(ids.map((id) => host.stopContainer(id, 1)));
      expect(await Promise.all(waits)).toEqual(ids.map(() => ({ exitCode: 137 })));
      await Promise.all(ids.map((id) => host.removeContainer(id, { force: true })));
    });
  });

  dockerHostContract('by the socket', async () => {
    const path = cluster.host('web1').dockerSocket;
    return { ...(await subject({ scheme: 'unix', path })), elsewhere: true };
  });

  it('are probed for what registration needs', async () => {
    const host = await open().connect(ssh('web1'), 'web1');
    const facts = await probeHost(host);
    expect(facts).toMatchObject({
      osType: 'linux',
      engineVersion: expect.stringMatching(/^\d+\./),
      warnings: [],
    });
    expect(facts.listening?.tcp).toContain(22);
    expect(Math.abs(facts.clockOffset)).toBeLessThan(2000);
    const names = attributesOf(facts).map((attribute) => attribute.name);
    expect(names).toContain('com.amazonaws.ecs.capability.logging-driver.json-file');
    expect(names).toContain('ecs.capability.docker-plugin.local');
  });

  it('are reached by many names at once, as many as sshd lets in', async () => {
    // A link each, since each has a key of its own; sshd begins to drop connections at 10.
    const dir = mkdtempSync(join(tmpdir(), 'longshore-keys-'));
    const keys = Array.from({ length: 48 }, (_, i) => join(dir, `${i}`));
    for (const path of keys) writeFileSync(path, readFileSync(cluster.keyPath), { mode: 0o600 });
    const pools = [open(), open(), open()];
    const hosts = await Promise.all(
      keys.map((identityFile, i) => pools[i % 3]!.connect(ssh('web1', { identityFile }), `web1-${i}`)),
    );
    expect(new Set(hosts).size).toBe(48);
    rmSync(dir, { recursive: true });
  });

  describe('keys', () => {
    const config = (lines: string) => {
      const path = join(mkdtempSync(join(tmpdir(), 'longshore-config-')), 'config');
      const common = readFileSync(cluster.sshConfigPath, 'utf8').replace(/^ {2}IdentityFile .*$/m, '');
      writeFileSync(path, `Host *\n${lines}\n${common}`);
      return path;
    };

    it('that are encrypted are opened with the passphrase, or told', async () => {
      const sshConfigFile = config(`  IdentityFile ${cluster.encryptedKeyPath}`);
      expect(await failing(open({ sshConfigFile }).connect(ssh('web1'), 'web1'))).toMatchObject({
        kind: 'auth',
        message: `web1 unreachable: key ${cluster.encryptedKeyPath} is encrypted`,
        remedy: `run ssh-add ${cluster.encryptedKeyPath}`,
      });
      const askPassphrase = vi.fn(async () => cluster.keyPassphrase);
      const hosts = open({ sshConfigFile, askPassphrase });
      await Promise.all(['web1', 'web2'].map((name) => hosts.connect(ssh(name), name)));
      expect(askPassphrase).toHaveBeenCalledTimes(1);
    });

    it('of the agent are used, and missed', async () => {
      const socket = join(mkdtempSync(join(tmpdir(), 'longshore-agent-')), 'agent.sock');
      const { stdout } = await run(['ssh-agent', '-a', socket]);
      const env = { ...process.env, SSH_AUTH_SOCK: socket } as Record<string, string>;
      try {
        const sshConfigFile = config('  IdentityFile none');
        const text = readFileSync(sshConfigFile, 'utf8').replace('IdentitiesOnly yes', 'IdentitiesOnly no');
        writeFileSync(sshConfigFile, text);
        const agent = { sshConfigFile, sshAuthSock: socket };
        await run(['ssh-add', '-q', cluster.unknownKeyPath], { env });
        expect(await failing(open(agent).connect(ssh('web1'), 'web1'))).toMatchObject({
          message: 'web1 unreachable: no key of the agent was accepted',
          remedy: expect.stringMatching(/^run ssh-add/),
        });
        await run(['ssh-add', '-q', cluster.keyPath], { env });
        await open(agent).connect(ssh('web1'), 'web1');
      } finally {
        process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1]));
      }
    });

    it.each(['rsa', 'ecdsa'])('of kind %s are accepted', async (kind) => {
      const path = join(mkdtempSync(join(tmpdir(), 'longshore-key-')), kind);
      await run(['ssh-keygen', '-q', '-t', kind, '-N', '', '-f', path]);
      appendFileSync(
        join(cluster.host('web1').disk, 'etc/ssh/authorized_keys/deploy'),
        readFileSync(`${path}.pub`),
      );
      await open({ sshConfigFile: config(`  IdentityFile ${path}`) }).connect(ssh('web1'), 'web1');
    });

    it('that are too many are told', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'longshore-keys-'));
      const paths = Array.from({ length: 7 }, (_, i) => join(dir, `${i}`));
      for (const path of paths) await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', path]);
      const sshConfigFile = config(paths.map((path) => `  IdentityFile ${path}`).join('\n'));
      expect(await failing(open({ sshConfigFile }).connect(ssh('web1'), 'web1'))).toMatchObject({
        kind: 'auth',
        message: expect.stringContaining('deploy@web1 gave up after 7 keys or fewer'),
      });
    });
  });

  describe('host keys', () => {
    it('that are unknown are asked about, written down, and known from then on', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'longshore-known-'));
      const path = join(dir, 'config');
      const known = join(dir, 'known_hosts');
      const text = readFileSync(cluster.sshConfigPath, 'utf8');
      writeFileSync(
        path,
        text
          .replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${known}\n  HashKnownHosts yes`)
          .replace('Checking yes', 'Checking ask'),
      );
      const unknown = await failing(open({ sshConfigFile: path }).connect(ssh('web1'), 'web1'));
      expect(unknown.kind).toBe('host-key-unknown');
      const confirmHostKey = vi.fn(async () => true);
      await open({ sshConfigFile: path, confirmHostKey }).connect(ssh('web1'), 'web1');
      expect(confirmHostKey).toHaveBeenCalledTimes(1);
      // OpenSSH's own client finds it, too.
      await run([
        'ssh',
        '-F',
        path,
        '-o',
        'StrictHostKeyChecking=yes',
        '-o',
        'BatchMode=yes',
        'web1',
        'true',
      ]);
      await open({ sshConfigFile: path }).connect(ssh('web1'), 'web1');
    });
  });
});

describeWithHosts('hosts behind a jump host', () => {
  let cluster: TestCluster;
  let open: Open;

  beforeAll(async () => {
    cluster = await acquire({ name: 'jump', count: 2, jump: true });
    open = opener(cluster);
  });
  afterAll(() => cluster?.release());

  it('are reached through it, on one connection to it', async () => {
    const logins = async () => {
      const { stdout } = await cluster.bastion!.exec(
        ['grep', '-c', 'Accepted publickey', '/var/log/sshd.log'],
        { mayFail: true },
      );
      return Number(stdout);
    };
    const before = await logins();
    const hosts = open();
    const both = await Promise.all(['web1', 'web2'].map((name) => hosts.connect(ssh(name), name)));
    const lists = await Promise.all(
      both.flatMap((host) => Array.from({ length: 20 }, () => host.listContainers({ all: true }))),
    );
    expect(lists).toHaveLength(40);
    expect((await logins()) - before).toBe(1);
  });

  it('stand behind it in the message', async () => {
    await cluster.host('web2').inflict('key-rejected');
    const error = await failing(open().connect(ssh('web2'), 'web2'));
    expect(error.message).toMatch(/^web2 unreachable via bastion: no key \(.*\) was accepted$/);
    await cluster.host('web2').mend('key-rejected');

    await cluster.bastion!.inflict('sshd-stopped');
    const second = await failing(open().connect(ssh('web2'), 'web2'));
    expect(second.message).toMatch(/^web2 unreachable: jump host bastion: .* refused the connection$/);
    await cluster.bastion!.mend('sshd-stopped');
  });
});
