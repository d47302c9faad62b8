import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import type { ServedEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { ask, call, engineThat, refusalIn, served, type Served } from './kit.js';

let folder: string;
const open: Served[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'longshore-http-'))));
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.end()));
  rmSync(folder, { recursive: true, force: true });
});

async function opened(...given: Parameters<typeof served>): Promise<{ place: string; server: Served }> {
  const server = await served(...given);
  open.push(server);
  return { place: server.places[0] ?? '', server };
}

const idle = () => engineThat(async () => ({ clusterArns: [] }) as never);

/** An engine whose calls end when the test says. */
function held() {
  const going: (() => void)[] = [];
  const engine = engineThat(
    () => new Promise((done) => going.push(() => done({ clusterArns: [] } as never))),
  );
  return { engine, going, go: () => going.splice(0).forEach((done) => done()) };
}

describe('an answer', () => {
  it("is ECS's: status, type, id, members", async () => {
    const { place } = await opened(idle());
    const answer = await call(place, 'ListClusters');
    expect(answer).toMatchObject({ status: 200, text: '{"clusterArns":[]}' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'content-length': '18',
    });
  });

  it('of an unknown operation, of no JSON, and of a fault is an exception', async () => {
    const { place, server } = await opened(
      engineThat(async () => {
        throw new TypeError('inside');
      }),
    );
    expect(refusalIn(await call(place, 'Nothing'))).toMatchObject({
      status: 400,
      __type: 'UnknownOperationException',
    });
    expect(refusalIn(await call(place, 'ListClusters', '{'))).toMatchObject({
      status: 400,
      __type: 'SerializationException',
    });
    const fault = await call(place, 'ListClusters');
    expect(refusalIn(fault)).toMatchObject({ status: 500, __type: 'ServerException' });
    expect(fault.text).not.toMatch(/inside|TypeError|\bat /);
    expect(server.lines()).toContainEqual(
      expect.objectContaining({ request: fault.headers['x-amzn-requestid'], level: 'error', msg: 'fault' }),
    );
  });

  it('of an error of ECS has its code', async () => {
    const { place } = await opened(
      engineThat(async () => {
        throw new EcsError('ClusterNotFoundException', 'Cluster not found.', 'never sent');
      }),
    );
    expect(await call(place, 'ListTasks')).toMatchObject({
      status: 400,
      text: '{"__type":"ClusterNotFoundException","message":"Cluster not found."}',
    });
  });

  it('heeds what the operation knows; what it does not is named in the log, without values', async () => {
    const inputs: unknown[] = [];
    const { place, server } = await opened(
      engineThat(async (_operation, input) => {
        inputs.push(input);
        return {} as never;
      }),
    );
    const body = '{"cluster":"a","newer":"hush","tags":[{"key":"k","newer":"hush"}]}';
    expect((await call(place, 'RunTask', body)).status).toBe(200);
    expect(inputs).toEqual([{ cluster: 'a', tags: [{ key: 'k' }] }]);
    expect((await call(place, 'ListTasks', '{"newer":"hush"}')).status).toBe(200);
    const lines = server.lines();
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'info', operation: 'RunTask', ignored: ['newer', 'tags[].newer'] }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'debug', operation: 'ListTasks', ignored: ['newer'] }),
    );
    expect(JSON.stringify(lines)).not.toContain('hush');
  });

  it('to a value of a wrong type is of the protocol; the log says where it is', async () => {
    const { place, server } = await opened(idle());
    const body = '{"overrides":{"containerOverrides":[{"name":"a","memory":"hush"}]}}';
    expect(refusalIn(await call(place, 'RunTask', body))).toEqual({
      status: 400,
      __type: 'SerializationException',
      message: 'STRING_VALUE cannot be converted to Integer',
    });
    const lines = server.lines();
    expect(lines).toContainEqual(expect.objectContaining({ at: 'overrides.containerOverrides[].memory' }));
    expect(JSON.stringify(lines)).not.toContain('hush');
  });

  it.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('to %s / is 404', async (method) => {
    const { place } = await opened(idle());
    expect((await ask(place, { method })).status).toBe(404);
    expect((await call(place, 'ListClusters', '{}', { path: '/other' })).status).toBe(404);
  });
});

describe('limits', () => {
  it('a body that is announced as too large is not read', async () => {
    const { place } = await opened(idle(), { limits: { body: 1000 } });
    const answer = await call(place, 'ListClusters', Buffer.alloc(1001, ' '));
    expect(refusalIn(answer)).toMatchObject({ status: 413, __type: 'RequestEntityTooLargeException' });
    expect(answer.headers.connection).toBe('close');
    expect((await call(place, 'ListClusters', `{}${' '.repeat(998)}`)).status).toBe(200);
  });

  it('a body that turns out to be too large is no longer read', async () => {
    const { place } = await opened(idle(), { limits: { body: 1000 } });
    const { hostname, port } = new URL(place);
    const text = await new Promise<string>((resolve, reject) => {
      let got = '';
      const socket = connect(Number(port), hostname, () => {
        socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
        for (let n = 0; n < 3; n++) socket.write(`1f4\r\n${' '.repeat(500)}\r\n`);
        socket.write('0\r\n\r\n');
      });
      socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
      socket.on('close', () => resolve(got));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1.1 413 /);
  });

  it('more requests at once than are allowed are told to come again, and the others end', async () => {
    const { engine, going, go } = held();
    const { place } = await opened(engine, { limits: { requests: 3 } });
    const under = [1, 2, 3].map(() => call(place, 'ListClusters'));
    await vi.waitFor(() => expect(going).toHaveLength(3));
    expect(refusalIn(await call(place, 'ListClusters'))).toEqual({
      status: 400,
      __type: 'ThrottlingException',
      message: 'Rate exceeded',
    });
    expect((await ask(place, { path: '/healthz' })).status).toBe(200);
    go();
    expect((await Promise.all(under)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const after = call(place, 'ListClusters');
    await vi.waitFor(() => expect(going).toHaveLength(1));
    go();
    expect((await after).status).toBe(200);
  });

  it('a request that is none is answered without a word', async () => {
    const { place } = await opened(idle());
    const { hostname, port } = new URL(place);
    const text = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(Number(port), hostname, () => socket.write('\u0016\u0003 nonsense\r\n\r\n'));
      socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
      socket.on('close', () => resolve(got));
    });
    expect(text).toBe('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
});

describe('who gets in', () => {
  it.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
  ])('a page that calls an unsigned server %s is refused', async (host) => {
    const { place } = await opened(idle());
    const answer = await call(place, 'ListClusters', '{}', { headers: { host } });
    expect(refusalIn(answer)).toMatchObject({ status: 403, __type: 'AccessDeniedException' });
    expect((await ask(place, { path: '/metrics', headers: { host } })).status).toBe(403);
  });

  it.each(['localhost', 'LOCALHOST:80', '127.0.0.1:8080', '127.8.9.1', '[::1]:8080', '[::1]'])(
    'this machine is called %s',
    async (host) => {
      const { place } = await opened(idle());
      expect((await call(place, 'ListClusters', '{}', { headers: { host } })).status).toBe(200);
    },
  );

  it('on a signed door nobody without a signature, to the API or the metrics; health is open', async () => {
    const keys = { find: async () => undefined, areThere: async () => true };
    const { place } = await opened(idle(), { unsigned: false }, keys);
    expect(refusalIn(await call(place, 'ListClusters'))).toMatchObject({
      status: 400,
      __type: 'MissingAuthenticationTokenException',
    });
    expect(refusalIn(await ask(place, { path: '/metrics' })).__type).toBe(
      'MissingAuthenticationTokenException',
    );
    expect((await ask(place, { path: '/healthz' })).status).toBe(200);
  });

  it('whoever can open the socket', async () => {
    const socket = join(folder, 's');
    const { place } = await opened(idle(), { socket, listen: [], unsigned: false });
    expect(place).toBe(`unix://${socket}`);
    const answer = await call(place, 'ListClusters', '{}', { socketPath: socket });
    expect(answer.status).toBe(200);
  });

  it('nobody by TCP without keys, and everybody on loopback only', async () => {
    await expect(served(idle(), { unsigned: false })).rejects.toThrow('there is no access key');
    const listen = [{ host: '0.0.0.0', port: 0 }];
    await expect(served(idle(), { listen })).rejects.toThrow('would let everybody in who reaches it');
    await expect(served(idle(), { listen: [] })).rejects.toThrow('nothing to listen on');
  });

  it('an engine whose server can not begin is closed', async () => {
    const engine = idle();
    await expect(served(engine, { unsigned: false })).rejects.toThrow('there is no access key');
    expect(engine.closed).toBe(true);
  });
});

describe('the end', () => {
  it('what is under way gets its answer, and nothing new is taken', async () => {
    const { engine, going, go } = held();
    const { place, server } = await opened(engine);
    const under = call(place, 'ListClusters');
    await vi.waitFor(() => expect(going).toHaveLength(1));
    let ended = false;
    const end = server.end().then(() => (ended = true));
    await expect(call(place, 'ListClusters')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(ended).toBe(false);
    go();
    expect((await under).status).toBe(200);
    await end;
    expect(engine.closed).toBe(true);
    expect(server.lines().map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['listening', 'ending', 'ended']),
    );
  });

  it('what takes longer than the patience is left', async () => {
    const { engine, going } = held();
    const { place, server } = await opened(engine, { patience: 0.2 });
    const under = call(place, 'ListClusters');
    const lost = expect(under).rejects.toMatchObject({ code: 'ECONNRESET' });
    await vi.waitFor(() => expect(going).toHaveLength(1));
    await server.end();
    await lost;
  });

  it('a connection that is kept open does not hold it up', async () => {
    const { place, server } = await opened(idle());
    const { hostname, port } = new URL(place);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    const begun = performance.now();
    await server.end();
    await closed;
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('comes with a fault of what keeps the services, too', async () => {
    const failing: ServedEngine = {
      ...idle(),
      keep: async () => {
        throw new Error('the state is gone');
      },
    };
    await expect(served(failing, { keep: true }).then((server) => server.end())).rejects.toThrow(
      'the state is gone',
    );
  });
});

it('health says that it is well, and which version', async () => {
  const { place } = await opened(idle());
  const answer = await ask(place, { path: '/healthz' });
  expect(answer).toMatchObject({ status: 200, text: '{"status":"ok","version":"1.2.3"}\n' });
});
