import { describe, expect, it, vi } from 'vitest';
import { clients, failing, ssh, start } from './client.js';
import { answer, dialStdio, finish, TestEngine, type SshdOptions } from './sshd.js';

const { folder, oneHost, open } = clients();

describe('a server that forwards no sockets', () => {
  const stdio = (engine: TestEngine): SshdOptions => ({
    forwards: false,
    engine,
    runs: (command, stream) => {
      if (command === 'docker system dial-stdio') dialStdio(engine, stream);
      else if (command.includes('docker.sock')) finish(stream, 'there\n');
      else return false;
      return true;
    },
  });

  it("is gone through by docker's own bridge, 8 at once, whatever stays open beside", async () => {
    const engine = await TestEngine.start(folder);
    const sshd = await start(stdio(engine));
    const host = await open([sshd], { options: { limits: { request: 5 } } }).hosts.connect(
      ssh('web1'),
      'web1',
    );
    engine.handler = (request, response) => {
      // Waits and logs do not end.
      if (request.url?.includes('/wait')) response.writeHead(200).flushHeaders();
      else answer(response, []);
    };
    const enough = new AbortController();
    const waits = Array.from({ length: 10 }, () => failing(host.waitContainer('x', enough.signal)));
    await vi.waitFor(() => expect(engine.requests).toHaveLength(10), { timeout: 8000 });
    await Promise.all(Array.from({ length: 40 }, () => host.listContainers({})));
    enough.abort(new Error('enough'));
    await Promise.all(waits);
    // The first, and two more for ten that stay open.
    expect(sshd.connections).toBe(3);
  });

  it('stops what the waits wait for, however many they are', async () => {
    const engine = await TestEngine.start(folder);
    const sshd = await start(stdio(engine));
    const host = await open([sshd]).hosts.connect(ssh('web1'), 'web1');
    const waiting: (() => void)[] = [];
    engine.handler = (request, response) => {
      if (request.url?.includes('/wait')) waiting.push(() => answer(response, { StatusCode: 0 }));
      else if (request.url?.includes('/stop')) {
        answer(response, '', 204);
        for (const end of waiting.splice(0, 2)) end();
      } else answer(response, []);
    };
    // More than there are places for what stays open.
    const count = 100;
    const waits = Array.from({ length: count }, (_, i) => host.waitContainer(`c${i}`));
    for (const wait of waits) wait.catch(() => undefined);
    await vi.waitFor(() => expect(waiting).toHaveLength(96), { timeout: 8000 });
    await Promise.all(Array.from({ length: count }, (_, i) => host.stopContainer(`c${i}`, 0)));
    expect(await Promise.all(waits)).toEqual(Array(count).fill({ exitCode: 0 }));
  });

  it('counts the time of a stop from when it has a place', async () => {
    const engine = await TestEngine.start(folder);
    const host = await open([await start(stdio(engine))]).hosts.connect(ssh('web1'), 'web1');
    let [now, most] = [0, 0];
    engine.handler = (_, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        answer(response, '', 204);
      }, 1000);
    };
    // Three rounds of 16 at once, of which two fill the limit of 2 s (30 beyond what the stop gives the container).
    const stops = Array.from({ length: 40 }, () => host.stopContainer('x', -28));
    await Promise.all(stops);
    expect(most).toBe(16);
  });

  it.each([
    [
      'missing\n',
      'Cannot connect to the Docker daemon',
      'no-docker',
      'no Docker engine answers at /var/run/docker.sock (no such file)',
    ],
    [
      'there\n',
      'Cannot connect to the Docker daemon',
      'no-docker',
      'no Docker engine answers at /var/run/docker.sock (nothing listens)',
    ],
    [
      'there\n',
      'sh: 1: docker: not found',
      'no-docker',
      '`docker system dial-stdio` failed (sh: 1: docker: not found)',
    ],
    ['denied\n', '', 'socket-denied', 'may not use /var/run/docker.sock'],
    ['', 'permission denied while trying to connect', 'socket-denied', 'may not use /var/run/docker.sock'],
  ])('where the socket is %j and docker says %j', async (socket, words, kind, message) => {
    const { hosts } = await oneHost({
      forwards: false,
      runs: (command, stream) => {
        if (command !== 'docker system dial-stdio') return finish(stream, socket);
        stream.stderr.write(`${words}\n`);
        return finish(stream, '', 1);
      },
    });
    const error = await failing(hosts.connect(ssh('web1'), 'web1'));
    expect(error).toMatchObject({ kind, message: expect.stringContaining(message) });
  });

  it('and runs no programs either is told', async () => {
    const { hosts } = await oneHost({ forwards: false, maxSessions: 0 });
    expect((await failing(hosts.connect(ssh('web1'), 'web1'))).kind).toBe('no-docker');
  });
});
