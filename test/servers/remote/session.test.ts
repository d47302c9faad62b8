import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import { AccessKeys } from '../../../src/lib/engine/access-keys.js';
import { type ServedEngine, serveEngine } from '../../../src/lib/engine/serving/served-engine.js';
import { collect } from '../../contract/collect.js';
import { cluster, definition, idOf, type Kit } from '../../unit/engine/kit.js';
import { type Client, clientOf } from './kit.js';
import { served, type Served } from '../server/kit.js';

let folder: string;
let made: Kit;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-session-'));
  made = await cluster(['web1', 'web2']);
  await made.engine.call('RegisterTaskDefinition', definition('web'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function serving(
  options: Parameters<typeof served>[1] = { socket: join(folder, 's'), listen: [] },
  engine: ServedEngine = serveEngine(made.ctx, async () => undefined),
): Promise<Served> {
  const server = await served(engine, options, new AccessKeys(made.ctx));
  closers.push(() => server.end());
  return server;
}

function client(...given: Parameters<typeof clientOf>): Client {
  const made = clientOf(...given);
  closers.push(() => made.engine.close());
  return made;
}

const socketClient = async () => client((await serving()).places[0] ?? '');

describe('a session', () => {
  it('has dates, events and errors as the engine gives them', async () => {
    const { engine, events } = await socketClient();
    const { tasks } = await engine.call('RunTask', { taskDefinition: 'web', launchType: 'FARGATE' });
    expect(tasks?.[0]?.createdAt).toBeInstanceOf(Date);
    expect(tasks?.[0]?.lastStatus).toBe('RUNNING');
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['warning', 'task-placed', 'task-state']),
    );
    await expect(engine.call('ListTasks', { cluster: 'gone' })).rejects.toMatchObject({
      name: 'EcsError',
      code: 'ClusterNotFoundException',
      remedy: expect.stringContaining('list-clusters') as string,
    });
  });

  it('carries many calls at once, each with its own answer', async () => {
    const { engine } = await socketClient();
    const names = Array.from({ length: 40 }, (_, n) => `c${n}`);
    const answers = await Promise.all(
      names.map((clusterName) => engine.call('CreateCluster', { clusterName })),
    );
    expect(answers.map((answer) => answer.cluster?.clusterName)).toEqual(names);
  });

  it('refuses more at once than it may have', async () => {
    const { engine } = await socketClient();
    const calls = Array.from({ length: 70 }, () => engine.call('ListClusters', {}));
    const codes = await Promise.all(
      calls.map((answer) => answer.then(() => 'OK').catch((error: EcsError) => error.code)),
    );
    expect(codes.filter((code) => code === 'OK').length).toBeGreaterThanOrEqual(64);
    expect(codes.filter((code) => code !== 'OK' && code !== 'LimitExceededException')).toEqual([]);
    expect((await engine.call('ListClusters', {})).clusterArns).toHaveLength(1);
  });

  it('refuses names that an operation does not have, as a command of its own would', async () => {
    const { engine } = await socketClient();
    const refused = engine.call('ListTasks', { clusters: 'default' } as never);
    await expect(refused).rejects.toThrow('clusters is not known; did you mean cluster?');
  });

  it("prints ARNs with the caller's region", async () => {
    const [place = ''] = (await serving()).places;
    const { clusterArns } = await client(place, { region: 'eu-west-1' }).engine.call('ListClusters', {});
    expect(clusterArns).toEqual(['arn:aws:ecs:eu-west-1:000000000000:cluster/default']);
  });

  it('runs a command, with what it is given and what it says', async () => {
    const { engine } = await socketClient();
    const { tasks } = await engine.call('RunTask', { taskDefinition: 'web' });
    const task = idOf(tasks?.[0]?.taskArn);
    const execution = await engine.execute({
      task,
      command: 'sh -c "echo hello; echo no >&2; exit 3"',
      interactive: false,
    });
    const output = await collect(execution.output);
    const text = (wanted: string) =>
      Buffer.concat(output.flatMap(({ stream, data }) => (stream === wanted ? [data] : []))).toString();
    expect([text('stdout'), text('stderr')]).toEqual(['hello\n', 'no\n']);
    expect(await execution.ended()).toEqual({ exitCode: 3 });
    execution.close();
  });

  describe("a command's input", () => {
    const PIECE = Buffer.alloc(64 * 1024, 'x');

    async function begin(command: string) {
      const made = await socketClient();
      const { tasks } = await made.engine.call('RunTask', { taskDefinition: 'web' });
      const task = idOf(tasks?.[0]?.taskArn);
      const execution = await made.engine.execute({ task, command, interactive: true });
      return { ...made, execution };
    }

    it('waits where the command does not read it, and holds up nothing else', async () => {
      const { engine, interrupt, execution } = await begin('sleep 600');
      let sent = 0;
      for (let i = 0; i < 80; i++) execution.stdin?.write(PIECE, () => (sent += 1));
      await expect.poll(() => sent).toBeGreaterThanOrEqual(15);
      expect((await engine.call('ListClusters', {})).clusterArns).toHaveLength(1);
      expect(sent).toBeLessThan(20);
      // Ctrl-C ends it at once.
      interrupt();
      expect(await collect(execution.output)).toEqual([]);
    });

    it('is passed on whole, however long it is', async () => {
      const { execution } = await begin('cat');
      for (let i = 0; i < 80; i++) execution.stdin?.write(PIECE);
      execution.stdin?.end();
      const output = await collect(execution.output);
      expect(output.reduce((sum, { data }) => sum + data.length, 0)).toBe(80 * PIECE.length);
    });
  });

  it('gives log lines as the engine does', async () => {
    await made.engine.call('RegisterTaskDefinition', definition('once', { command: ['echo', 'done'] }));
    const { engine } = await socketClient();
    const { tasks } = await engine.call('RunTask', { taskDefinition: 'once' });
    const request = { tasks: [idOf(tasks?.[0]?.taskArn)] };
    const lines = await collect(engine.logs(request));
    expect(lines).toEqual(await collect(made.engine.logs(request)));
    expect(lines.map(({ text }) => text)).toEqual(['done']);
    await expect(collect(engine.logs({ tasks: ['0'.repeat(32)] }))).rejects.toThrow(EcsError);
  });
});

describe('the end of a session', () => {
  it('interrupted here, a wait ends there with the tasks as they are', async () => {
    const { engine, interrupt } = await socketClient();
    const { tasks } = await engine.call('RunTask', { taskDefinition: 'web' });
    const waiting = engine.call('WaitTasks', { tasks: [tasks?.[0]?.taskArn ?? ''] });
    await engine.call('ListClusters', {});
    interrupt();
    expect((await waiting).tasks?.[0]?.lastStatus).toBe('RUNNING');
  });

  it('a call that is aborted leaves the others', async () => {
    const { engine } = await socketClient();
    const { tasks } = await engine.call('RunTask', { taskDefinition: 'web' });
    const over = new AbortController();
    const waiting = engine.call('WaitTasks', { tasks: [tasks?.[0]?.taskArn ?? ''] }, { signal: over.signal });
    await engine.call('ListClusters', {});
    over.abort(new Error('enough'));
    expect((await waiting).tasks).toHaveLength(1);
    expect((await engine.call('ListClusters', {})).clusterArns).toHaveLength(1);
  });

  it('a client that goes ends what it waited for there', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const inner = serveEngine(made.ctx, async () => undefined);
    const watched: ServedEngine = {
      as(caller) {
        signals.push(caller.signal);
        return inner.as(caller);
      },
      get underWay() {
        return inner.underWay;
      },
      keep: () => inner.keep(),
      close: (milliseconds) => inner.close(milliseconds),
    };
    const [place = ''] = (await serving(undefined, watched)).places;
    const { engine } = client(place);
    const { tasks } = await engine.call('RunTask', { taskDefinition: 'web' });
    const waiting = engine.call('WaitTasks', { tasks: [tasks?.[0]?.taskArn ?? ''] });
    const lost = expect(waiting).rejects.toThrow('the session was closed');
    await engine.call('ListClusters', {});
    await engine.close();
    await lost;
    await vi.waitFor(() => expect(signals[1]?.aborted).toBe(true));
  });
});

describe('who is let in', () => {
  const tcp = { listen: [{ host: '127.0.0.1', port: 0 }], unsigned: false };

  it('a key, for what its scope says', async () => {
    const { accessKey: credentials } = await made.engine.call('CreateAccessKey', { scope: 'read' });
    const [place = ''] = (await serving(tcp)).places;
    const { engine } = client(place, { credentials });
    expect((await engine.call('ListClusters', {})).clusterArns).toHaveLength(1);
    for (const call of [
      engine.call('CreateCluster', { clusterName: 'x' }),
      engine.call('ExportState', {}),
      engine.execute({ task: 'a', command: 'ls', interactive: false }),
    ])
      await expect(call).rejects.toMatchObject({ code: 'AccessDeniedException' });
    expect((await made.engine.call('ListClusters', {})).clusterArns).toHaveLength(1);
  });

  it.each([
    [undefined, 'MissingAuthenticationTokenException'],
    [{ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }, 'UnrecognizedClientException'],
  ])('nobody else, and with what to do: %j', async (credentials, code) => {
    await made.engine.call('CreateAccessKey', {});
    const [place = ''] = (await serving(tcp)).places;
    await expect(client(place, { credentials }).engine.call('ListClusters', {})).rejects.toMatchObject({
      name: 'EcsError',
      code,
      remedy: expect.stringContaining('create-access-key') as string,
    });
  });
});

describe('an endpoint that is no server', () => {
  async function listening(server: Server): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  it.each([
    ['nothing listens', 'http://127.0.0.1:1', 'refuses the connection'],
    ['there is no socket', 'unix:///nowhere/longshore.sock', 'there is no such socket'],
  ])('is told of: %s', async (_what, url, message) => {
    await expect(client(url).engine.call('ListClusters', {})).rejects.toMatchObject({
      name: 'EndpointError',
      message: expect.stringContaining(message) as string,
    });
  });

  it('is told of: it speaks HTTP but not this', async () => {
    const url = await listening(createServer((_request, response) => response.writeHead(404).end('no')));
    await expect(client(url).engine.call('ListClusters', {})).rejects.toMatchObject({
      name: 'EndpointError',
      message: expect.stringContaining('is no longshore server') as string,
    });
  });

  it('is told of: it speaks another version', async () => {
    const url = await listening(
      createServer((_request, response) =>
        response.writeHead(426).end('{"__type":"UnsupportedProtocol","message":"This server speaks x/9"}'),
      ),
    );
    await expect(client(url).engine.call('ListClusters', {})).rejects.toThrow('This server speaks x/9');
  });

  it('is told of: it answers garbage once it is open', async () => {
    const server = createServer();
    server.on('upgrade', (_request, socket) =>
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: longshore/2\r\n\r\ngarbage that is no frame',
      ),
    );
    const url = await listening(server);
    await expect(client(url).engine.call('ListClusters', {})).rejects.toThrow('makes no sense');
  });

  it('is told of: it says nothing', async () => {
    const url = await listening(createServer(() => undefined));
    await expect(client(url, { connectTimeout: 0.1 }).engine.call('ListClusters', {})).rejects.toThrow(
      'did not answer within 0.1 s',
    );
  });
});
