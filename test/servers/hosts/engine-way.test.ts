import { spawnSync } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { clients, failing, ssh, start } from './client.js';
import { answer, finish, TestEngine } from './sshd.js';

const { folder, oneHost, open } = clients();

describe('a connection that drops', () => {
  it('is made anew for the next request', async () => {
    const { sshd, hosts } = await oneHost();
    const host = await hosts.connect(ssh('web1'), 'web1');
    sshd.dropAll();
    await host.inspectImage('x');
    expect(sshd.connections).toBe(2);
  });

  it('under a question, has it asked again', async () => {
    const { engine, sshd, hosts } = await oneHost();
    const host = await hosts.connect(ssh('web1'), 'web1');
    engine.handler = (_, response) =>
      engine.requests.length === 1 ? sshd.dropAll() : answer(response, { Id: 'sha256:1' });
    expect((await host.inspectImage('x'))?.id).toBe('sha256:1');
    expect(engine.requests).toHaveLength(2);
  });

  it('in the middle of an answer, has it asked again', async () => {
    const { engine, hosts } = await oneHost();
    const host = await hosts.connect(ssh('web1'), 'web1');
    engine.handler = (_, response) => {
      if (engine.requests.length > 1) return answer(response, { Id: 'sha256:1' });
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('{"Id":', () => engine.dropAll());
    };
    expect((await host.inspectImage('x'))?.id).toBe('sha256:1');
  });

  it('under a change, is told and nothing is done twice', async () => {
    const { engine, sshd, hosts } = await oneHost();
    const host = await hosts.connect(ssh('web1'), 'web1');
    engine.handler = () => sshd.dropAll();
    expect(await failing(host.startContainer('x'))).toMatchObject({
      kind: 'lost',
      message: 'web1: the connection dropped',
    });
    expect(engine.requests).toHaveLength(1);
  });

  it('and is not there for a moment fails for that moment, without waiting each time', async () => {
    const { sshd, hosts } = await oneHost({}, { options: { connectTimeout: 2 } });
    const host = await hosts.connect(ssh('web1'), 'web1');
    sshd.mute = true;
    sshd.dropAll();
    await failing(host.inspectImage('x'));
    const { connections } = sshd;
    await failing(host.inspectImage('x'));
    await failing(host.listContainers({}));
    expect(sshd.connections).toBe(connections);
    sshd.mute = false;
    await vi.waitFor(() => host.inspectImage('x'), { timeout: 8000, interval: 200 });
  });

  it('and was not there for a moment is tried again at once where that is asked for', async () => {
    const { sshd, hosts } = await oneHost({}, { options: { connectTimeout: 2 } });
    const host = await hosts.connect(ssh('web1'), 'web1');
    sshd.mute = true;
    sshd.dropAll();
    await failing(host.inspectImage('x'));
    sshd.mute = false;
    await failing(host.inspectImage('x'));
    await (await hosts.connect(ssh('web1'), 'web1', { retry: true })).inspectImage('x');
    await host.inspectImage('x');
  });

  it('and cannot be made again is lost', async () => {
    const { sshd, hosts } = await oneHost({}, { options: { connectTimeout: 2 } });
    const host = await hosts.connect(ssh('web1'), 'web1');
    sshd.mute = true;
    sshd.dropAll();
    expect(await failing(host.inspectImage('x'))).toMatchObject({
      kind: 'lost',
      message: expect.stringMatching(
        /^web1: the connection dropped and could not be made again: .* within 2 s$/,
      ),
    });
  });

  it('without a word is noticed by its keepalives', async () => {
    const { engine, sshd, hosts } = await oneHost(
      {},
      { options: { keepaliveInterval: 0.1, connectTimeout: 2 } },
    );
    const host = await hosts.connect(ssh('web1'), 'web1');
    engine.handler = () => undefined;
    const waiting = failing(host.waitContainer('x'));
    await vi.waitFor(() => expect(engine.requests).toHaveLength(1));
    sshd.mute = true;
    sshd.freeze();
    expect(await waiting).toMatchObject({ kind: 'lost' });
  });
});

describe("this machine's engine", () => {
  const unix = (path: string) => ({ scheme: 'unix', path }) as const;

  it('is reached by its socket, many requests at once', async () => {
    const engine = await TestEngine.start(folder);
    const { hosts } = open([]);
    const host = await hosts.connect(unix(engine.path), 'localhost');
    await Promise.all(Array.from({ length: 40 }, () => host.inspectImage('x')));
    expect(engine.requests).toHaveLength(40);
    expect(hosts.hostKeyFingerprint(unix(engine.path))).toBeUndefined();
    engine.dropAll();
    await host.inspectImage('x');
    await hosts.close();
    expect(await failing(host.inspectImage('x'))).toMatchObject({
      kind: 'lost',
      message: expect.stringContaining('was closed'),
    });
  });

  it('began when it wrote its number beside its socket, and was ready when it made its network', async () => {
    const engine = await TestEngine.start(folder);
    const { hosts } = open([]);
    const host = await hosts.connect(unix(engine.path), 'localhost');
    const Created = '2026-11-27T17:07:06.553Z';
    engine.handler = (_, response) => answer(response, { Created });
    const ready = Date.parse(Created);
    expect(await host.engineStart?.()).toEqual({ begun: undefined, ready });
    const pidFile = join(dirname(engine.path), 'docker.pid');
    writeFileSync(pidFile, '123');
    utimesSync(pidFile, ready / 1000 - 35, ready / 1000 - 35);
    expect(await host.engineStart?.()).toEqual({ begun: ready - 35_000, ready });
  });

  it('that is not there is told', async () => {
    const { hosts } = open([]);
    const missing = `${folder}/none.sock`;
    expect(await failing(hosts.connect(unix(missing), 'localhost'))).toMatchObject({
      kind: 'no-docker',
      message: `localhost: no Docker engine answers at ${missing} (no such file)`,
    });
    const left = `${folder}/left.sock`;
    // A process that dies leaves its socket behind.
    const script = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect((await failing(hosts.connect(unix(left), 'localhost'))).message).toContain('(nothing listens)');
  });

  it('that hangs is given up, and let go of at once when closed', async () => {
    const engine = await TestEngine.start(folder);
    engine.version = undefined;
    const { hosts } = open([], { options: { connectTimeout: 30 } });
    const connecting = failing(hosts.connect(unix(engine.path), 'localhost'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    await hosts.close();
    expect((await connecting).kind).toBe('lost');
    expect(performance.now() - began).toBeLessThan(5000);
    const quick = open([], { options: { connectTimeout: 0.2 } });
    expect((await failing(quick.hosts.connect(unix(engine.path), 'localhost'))).kind).toBe('timeout');
  });
});

describe('the engine', () => {
  it('that hangs is given up when the time is over, and the connection kept', async () => {
    const { engine, sshd, hosts } = await oneHost({}, { options: { limits: { request: 1 } } });
    const host = await hosts.connect(ssh('web1'), 'web1');
    engine.handler = () => undefined;
    expect(await failing(host.listContainers({}))).toMatchObject({
      kind: 'timeout',
      message: 'web1: its Docker engine did not answer within 1 s',
    });
    engine.handler = (_, response) => answer(response, []);
    expect(await host.listContainers({})).toEqual([]);
    expect(sshd.connections).toBe(1);
  });

  it('that refuses is repeated in its own words', async () => {
    const { engine, hosts } = await oneHost();
    const host = await hosts.connect(ssh('web1'), 'web1');
    engine.handler = (_, response) => answer(response, { message: 'no space left on device' }, 500);
    expect(await failing(host.createContainer('x', { Image: 'y' }))).toMatchObject({
      kind: 'engine',
      status: 500,
      message: 'web1: no space left on device',
      remedy: expect.stringContaining('docker system prune'),
    });
  });

  it('never sees a body in the URL', async () => {
    const { engine, hosts } = await oneHost();
    const host = await hosts.connect(ssh('web1'), 'web1');
    let body = '';
    engine.handler = (request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => answer(response, { Id: 'c1' }, 201));
    };
    await host.createContainer('web', { Image: 'y', Env: ['PASSWORD=secret'] });
    expect(engine.requests).toEqual(['POST /v1.41/containers/create?name=web']);
    expect(JSON.parse(body)).toEqual({ Image: 'y', Env: ['PASSWORD=secret'] });
  });

  it('may be asked for names with any characters', async () => {
    const { engine, hosts } = await oneHost();
    const host = await hosts.connect(ssh('web1'), 'web1');
    await host.inspectContainer('../x?y');
    await host.inspectImage('reg:5000/a b@sha256:1');
    expect(engine.requests).toEqual([
      'GET /v1.41/containers/..%2Fx%3Fy/json',
      'GET /v1.41/images/reg%3A5000/a%20b%40sha256%3A1/json',
    ]);
  });

  it.each([
    [{ ApiVersion: '1.39', MinAPIVersion: '1.12' }, 'web1: its Docker engine speaks API up to 1.39'],
    [{ ApiVersion: '1.99', MinAPIVersion: '1.60' }, 'web1: its Docker engine speaks API from 1.60 only'],
    [{}, 'web1: what answers at /var/run/docker.sock is not a Docker engine'],
  ])('of version %j is not spoken to', async (version, message) => {
    const engine = await TestEngine.start(folder);
    engine.version = version;
    const { hosts } = open([await start({ engine })]);
    expect(await failing(hosts.connect(ssh('web1'), 'web1'))).toMatchObject({
      kind: 'no-docker',
      message: expect.stringContaining(message),
    });
  });

  it('of Docker 29 is spoken to in the newest version that we know', async () => {
    const engine = await TestEngine.start(folder);
    engine.version = { ApiVersion: '1.52', MinAPIVersion: '1.44' };
    const host = await open([await start({ engine })]).hosts.connect(ssh('web1'), 'web1');
    await host.inspectImage('x');
    expect(engine.requests).toEqual(['GET /v1.47/images/x/json']);
  });
});

describe('the GPUs of a host', () => {
  it.each([
    ['0000:01:00.0\n0000:02:00.0\n', 0, 2],
    ['', 2, undefined],
  ])("are what NVIDIA's driver shows: %j", async (listed, code, gpus) => {
    const { hosts } = await oneHost({
      runs: (command, stream) =>
        command === "ls -1 '/proc/driver/nvidia/gpus'" && finish(stream, listed, code),
    });
    expect(await (await hosts.connect(ssh('web1'), 'web1')).gpus()).toBe(gpus);
  });
});
