import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { clients, failing, hostKey, key, ssh, start } from './client.js';
import { makeKey, writeKey } from '../../unit/hosts/keys.js';
import { TestEngine } from './sshd.js';

const { folder, oneHost, open } = clients();

describe('connecting', () => {
  it('makes one connection however many ask, and many channels on it', async () => {
    const { engine, sshd, hosts } = await oneHost();
    const all = await Promise.all([1, 2, 3].map(() => hosts.connect(ssh('web1'), 'web1')));
    expect(new Set(all).size).toBe(1);
    expect(hosts.hostKeyFingerprint(ssh('web1'))).toMatch(/^SHA256:/);
    expect(hosts.networkName(ssh('web1'))).toBe('127.0.0.1');
    await Promise.all(Array.from({ length: 40 }, () => all[0]?.inspectContainer('x')));
    expect(sshd.connections).toBe(1);
    expect(engine.requests).toHaveLength(40);
    expect(engine.requests[0]).toBe('GET /v1.41/containers/x/json');
  });

  it('remembers a failure until it is told to try again', async () => {
    const { sshd, hosts } = await oneHost({ authorized: [] });
    await failing(hosts.connect(ssh('web1'), 'web1'));
    await failing(hosts.connect(ssh('web1'), 'web1'));
    expect(sshd.connections).toBe(1);
    sshd.options.authorized = [key];
    await hosts.connect(ssh('web1'), 'web1', { retry: true });
    expect(sshd.connections).toBe(2);
    await hosts.connect(ssh('web1'), 'web1', { retry: true });
    expect(sshd.connections).toBe(2);
  });

  it('makes only so many at once', async () => {
    const engine = await TestEngine.start(folder);
    const servers = await Promise.all(Array.from({ length: 6 }, () => start({ engine })));
    for (const server of servers) server.delay = 50;
    const { hosts } = open(servers, { options: { parallelConnects: 2 } });
    const began = performance.now();
    await Promise.all(servers.map((_, i) => hosts.connect(ssh(`web${i + 1}`), `web${i + 1}`)));
    expect(performance.now() - began).toBeGreaterThan(140);
  });

  it('comes again where sshd drops it before the first word, and gives up in the end', async () => {
    const { sshd, hosts } = await oneHost({}, { options: { random: () => 0, connectTimeout: 10 } });
    sshd.dropNext = 2;
    await hosts.connect(ssh('web1'), 'web1');
    expect(sshd.connections).toBe(3);

    const second = await oneHost({}, { options: { random: () => 0, connectTimeout: 10 } });
    second.sshd.dropNext = 99;
    expect(await failing(second.hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('closed the connection before the SSH handshake'),
    });
    expect(second.sshd.connections).toBe(4);
  });

  it('gives up on a server that never says a word when its time is over', async () => {
    const { sshd, hosts } = await oneHost({}, { options: { connectTimeout: 0.3 } });
    sshd.mute = true;
    const began = performance.now();
    expect(await failing(hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^web1 unreachable: .*did not finish the SSH handshake within 0.3 s/),
    });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('that is not waited for any more goes on for the others', async () => {
    const { hosts } = await oneHost();
    const abort = new AbortController();
    const hurried = hosts.connect(ssh('web1'), 'web1', { signal: abort.signal });
    const patient = hosts.connect(ssh('web1'), 'web1');
    abort.abort(new Error('interrupted'));
    await expect(hurried).rejects.toThrow('interrupted');
    expect((await patient).name).toBe('web1');
  });

  it('tells what is wrong with an address', async () => {
    const { hosts } = open([]);
    expect(await failing(hosts.connect(ssh('127.0.0.1', { port: 1 }), 'web1'))).toMatchObject({
      kind: 'unreachable',
      message: 'web1 unreachable: 127.0.0.1:1 refused the connection',
      remedy: 'check that sshd runs there and listens on that port',
    });
    expect(await failing(hosts.connect(ssh('nowhere.invalid'), 'web2'))).toMatchObject({
      message: 'web2 unreachable: the name nowhere.invalid was not found',
    });
  });

  it('ends at once when it is closed meanwhile', async () => {
    const { sshd, hosts } = await oneHost({}, { options: { connectTimeout: 30 } });
    sshd.mute = true;
    const connecting = failing(hosts.connect(ssh('web1'), 'web1'));
    await vi.waitFor(() => expect(sshd.connections).toBe(1));
    await hosts.close();
    expect((await connecting).kind).toBe('lost');
  });
});

describe('host keys', () => {
  it('are asked for by the kind that is known', async () => {
    const ecdsa = makeKey('ecdsa');
    const engine = await TestEngine.start(folder);
    // The server prefers the other one.
    const sshd = await start({ engine, hostKeys: [ecdsa, hostKey] });
    await open([sshd]).hosts.connect(ssh('web1'), 'web1');
  });

  it('that are unknown are refused, or asked about without hurry', async () => {
    const { sshd, dir } = await oneHost();
    const unknown = `Host web1\n  UserKnownHostsFile ${dir}/new_hosts\n`;
    const refusing = open([sshd], { config: unknown });
    expect(await failing(refusing.hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'host-key-unknown',
      message: expect.stringMatching(
        /^web1 unreachable: the host key of deploy@web1:\d+ is not known \(ED25519 SHA256:/,
      ),
      remedy: expect.stringContaining('--accept-new-host-keys'),
    });
    const confirmHostKey = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2500));
      return true;
    });
    // The time that a person takes does not count.
    const asking = open([sshd], { config: unknown, options: { connectTimeout: 2, confirmHostKey } });
    await asking.hosts.connect(ssh('web1'), 'web1');
    expect(confirmHostKey).toHaveBeenCalledTimes(1);
    // It was written down.
    await open([sshd], { config: unknown }).hosts.connect(ssh('web1'), 'web1');
  });

  it('that have changed are refused with what to do', async () => {
    const engine = await TestEngine.start(folder);
    const sshd = await start({ engine });
    const { hosts, dir } = open([sshd], { options: { acceptNewHostKeys: true } });
    writeFileSync(join(dir, 'known_hosts'), `[127.0.0.1]:${sshd.port} ${makeKey().public}\n`);
    expect(await failing(hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'host-key-changed',
      message: expect.stringContaining(`(${dir}/known_hosts:1)`),
      remedy: expect.stringContaining(`run ssh-keygen -f '${dir}/known_hosts' -R '[127.0.0.1]:${sshd.port}'`),
    });
  });
});

describe('keys', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('of kind %s are accepted', async (kind) => {
    const mine = makeKey(kind);
    const { hosts } = await oneHost({ authorized: [mine] }, { keys: [makeKey(), mine] });
    await hosts.connect(ssh('web1'), 'web1');
  });

  it('are offered in order, the one of the hosts file first', async () => {
    const [a, b] = [makeKey(), makeKey()];
    const { sshd, hosts, dir } = await oneHost({}, { keys: [a, key] });
    const identityFile = writeKey(join(dir, 'first'), b);
    await hosts.connect(ssh('web1', { identityFile }), 'web1');
    expect(sshd.offered).toEqual([b, a, key].map((one) => one.blob.toString('base64')));
  });

  it('that are refused are told, with the remedy', async () => {
    const { hosts } = await oneHost({ authorized: [] });
    expect(await failing(hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'auth',
      message: expect.stringMatching(/^web1 unreachable: no key \(.*\/key-0\) was accepted$/),
      remedy: expect.stringMatching(/^run ssh-add with a key that deploy@web1:\d+ accepts/),
    });
  });

  it('that are too many for the server are told', async () => {
    const { hosts } = await oneHost({ authorized: [] }, { keys: Array.from({ length: 8 }, () => makeKey()) });
    expect(await failing(hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'auth',
      remedy: expect.stringContaining('IdentitiesOnly yes'),
    });
  });

  it('that are encrypted are told, or opened with the passphrase, asked once for all hosts', async () => {
    const secret = makeKey('ed25519', 'open sesame');
    const engine = await TestEngine.start(folder);
    const servers = await Promise.all([1, 2, 3].map(() => start({ engine, authorized: [secret] })));
    const locked = open(servers, { keys: [secret] });
    expect(await failing(locked.hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'auth',
      message: `web1 unreachable: key ${locked.dir}/key-0 is encrypted`,
      remedy: `run ssh-add ${locked.dir}/key-0`,
    });
    const askPassphrase = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2500));
      return 'open sesame';
    });
    const { hosts } = open(servers, { keys: [secret], options: { askPassphrase, connectTimeout: 2 } });
    await Promise.all(servers.map((_, i) => hosts.connect(ssh(`web${i + 1}`), `web${i + 1}`)));
    expect(askPassphrase).toHaveBeenCalledTimes(1);
  });

  it('that are not there at all are told', async () => {
    const { hosts } = await oneHost({}, { keys: [], config: 'Host *\n  IdentityFile none\n' });
    expect(await failing(hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('there is no key to offer'),
    });
  });
});

describe('jump hosts', () => {
  it('are gone through, share one connection, and are checked like any host', async () => {
    const engine = await TestEngine.start(folder);
    const bastion = await start();
    const servers = await Promise.all([1, 2].map(() => start({ engine })));
    const config = 'Host web2 web3\n  ProxyJump web1\n';
    const { hosts } = open([bastion, ...servers], { config });
    const both = await Promise.all(['web2', 'web3'].map((name) => hosts.connect(ssh(name), name)));
    await Promise.all(both.map((host) => host.inspectImage('x')));
    expect(bastion.connections).toBe(1);
    expect(bastion.channels.sort()).toEqual(servers.map((server) => `tcp 127.0.0.1:${server.port}`).sort());
    expect(hosts.hostKeyFingerprint(ssh('web2'))).toBe(hosts.hostKeyFingerprint(ssh('web3')));
    expect(hosts.networkName(ssh('web2'))).toBeUndefined();
  });

  it('may be several, named by the hosts file', async () => {
    const engine = await TestEngine.start(folder);
    const [first, second, last] = await Promise.all([start(), start(), start({ engine })]);
    const { hosts } = open([first, second, last]);
    await hosts.connect(ssh('web3', { proxyJump: 'web1,web2' }), 'web3');
    expect(first.channels).toEqual([`tcp 127.0.0.1:${second.port}`]);
    expect(second.channels).toEqual([`tcp 127.0.0.1:${last.port}`]);
  });

  it('stand in the message when something fails, on the way or behind', async () => {
    const bastion = await start();
    const server = await start({ authorized: [] });
    const { hosts } = open([bastion, server]);
    expect((await failing(hosts.connect(ssh('web2', { proxyJump: 'web1' }), 'web2'))).message).toMatch(
      /^web2 unreachable via web1: no key .* was accepted$/,
    );
    expect(
      (await failing(hosts.connect(ssh('127.0.0.1', { port: 1, proxyJump: 'web1' }), 'web3'))).message,
    ).toMatch(/^web3 unreachable: jump host web1: it could not connect to 127.0.0.1:1/);
    const locked = await start({ authorized: [] });
    const second = open([locked, server]);
    expect((await failing(second.hosts.connect(ssh('web2', { proxyJump: 'web1' }), 'web2'))).message).toMatch(
      /^web2 unreachable: jump host web1: no key .* was accepted$/,
    );
  });

  it('that lead in a circle are refused', async () => {
    const { hosts } = open([await start()], {
      config: 'Host web1\n  ProxyJump a\nHost a\n  ProxyJump web1\n',
    });
    expect((await failing(hosts.connect(ssh('web1'), 'web1'))).message).toContain('lead in a circle');
  });
});

describe('ProxyCommand', () => {
  const proxy = (command: string) => ({ config: `Host web1\n  ProxyCommand ${command}\n` });
  const relay = `${process.execPath} -e "const s=require('net').connect(+process.argv[2],process.argv[1]);process.stdin.pipe(s).pipe(process.stdout)" %h %p`;

  it('is run as the user wrote it', async () => {
    const { hosts } = await oneHost({}, proxy(relay));
    const host = await hosts.connect(ssh('web1'), 'web1');
    await host.inspectImage('x');
  });

  it('that fails is told in its own words', async () => {
    const { hosts } = await oneHost({}, proxy('sh -c "echo no way out >&2; exit 3"'));
    expect((await failing(hosts.connect(ssh('web1'), 'web1'))).message).toBe(
      'web1 unreachable: its ProxyCommand failed (no way out)',
    );
  });
});
