import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import type { Engine } from '../../../src/lib/engine/engine.js';
import { createRemoteEngine, type RemoteOptions } from '../../../src/lib/remote/remote-engine.js';

const open: { close(): unknown }[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.close()))));

interface Sent {
  target: string;
  type: string | undefined;
  path: string | undefined;
  authorization: string | undefined;
  body: unknown;
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function engineOf(endpoint: string, more: Partial<RemoteOptions> = {}): Engine {
  const engine = createRemoteEngine({
    endpoint,
    connectTimeout: 5,
    readTimeout: 5,
    verify: true,
    userAgent: 'longshore/test',
    region: 'local',
    clock: () => 0,
    newToken: () => 'a-token',
    signal: new AbortController().signal,
    pollInterval: 5,
    ...more,
  });
  open.push(engine);
  return engine;
}

/** An endpoint that gives these answers in turn, the last one again and again. */
async function answering(...answers: { status?: number; headers?: Record<string, string>; body?: string }[]) {
  const sent: Sent[] = [];
  const listener: RequestListener = (incoming: IncomingMessage, outgoing) => {
    let text = '';
    incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
    incoming.on('end', () => {
      const target = String(incoming.headers['x-amz-target']);
      sent.push({
        target,
        type: incoming.headers['content-type'],
        path: incoming.url,
        authorization: incoming.headers.authorization,
        body: JSON.parse(text),
      });
      const answer = answers[Math.min(sent.length, answers.length) - 1] ?? {};
      outgoing.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '{}');
    });
  };
  return { endpoint: await listening(createServer(listener)), sent };
}

const json = (value: unknown, status = 200) => ({ status, body: JSON.stringify(value) });

describe('a request', () => {
  it("is ECS's: target, type and the input's members", async () => {
    const { endpoint, sent } = await answering(json({ tasks: [], failures: [] }));
    await engineOf(`${endpoint}/below`).call('RunTask', { taskDefinition: 'web:1', count: 2 });
    expect(sent).toEqual([
      {
        target: 'AmazonEC2ContainerServiceV20141113.RunTask',
        type: 'application/x-amz-json-1.1',
        path: '/below',
        authorization: undefined,
        body: { taskDefinition: 'web:1', count: 2, clientToken: 'a-token' },
      },
    ]);
  });

  it('is signed where there is a key', async () => {
    const { endpoint, sent } = await answering();
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
    await engineOf(endpoint, { credentials, region: 'eu-west-1' }).call('ListClusters', {});
    expect(sent[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/19700101\/eu-west-1\/ecs\/aws4_request, SignedHeaders=content-type;host;/,
    );
  });

  it('is not sent where its input is wrong', async () => {
    const { endpoint, sent } = await answering();
    await expect(engineOf(endpoint).call('RunTask', { count: 'x' } as never)).rejects.toThrow(EcsError);
    expect(sent).toEqual([]);
  });

  it.each([
    ['RunTask', { taskDefinition: 'a', dryRun: true }, 'dryRun of run-task works on the hosts'],
    ['DeleteCluster', { cluster: 'a', force: true }, 'force of delete-cluster works on the hosts'],
    ['Reconcile', {}, 'reconcile works on the hosts'],
  ] as const)('is not sent where it says what ECS does not know: %s', async (operation, input, message) => {
    const { endpoint, sent } = await answering();
    await expect(engineOf(endpoint).call(operation, input as never)).rejects.toMatchObject({
      name: 'EndpointError',
      message: expect.stringContaining(message) as string,
      remedy: 'Leave out --endpoint-url',
    });
    expect(sent).toEqual([]);
  });

  it('leaves out whether the hosts are to be asked', async () => {
    const { endpoint, sent } = await answering(json({ taskArns: [] }));
    await engineOf(endpoint).call('ListTasks', { refresh: false });
    expect(sent[0]?.body).toEqual({});
  });
});

describe('an answer', () => {
  it('has dates where ECS has epoch seconds', async () => {
    const task = { taskArn: 'a', createdAt: 1795000000.5, containers: [{ name: 'x', exitCode: 1795 }] };
    const { endpoint } = await answering(json({ tasks: [task] }));
    const { tasks } = await engineOf(endpoint).call('DescribeTasks', { tasks: ['a'] });
    expect(tasks).toEqual([{ ...task, createdAt: new Date(1795000000500) }]);
  });

  it.each([
    [{ __type: 'ClusterNotFoundException', message: 'Cluster not found.' }, {}],
    [{ __type: 'com.amazonaws.ecs#ClusterNotFoundException', Message: 'Cluster not found.' }, {}],
    [{ message: 'Cluster not found.' }, { 'x-amzn-errortype': 'ClusterNotFoundException:http://x/' }],
  ])("that refuses is ECS's error: %j", async (body, headers) => {
    const { endpoint } = await answering({ ...json(body, 400), headers });
    await expect(engineOf(endpoint).call('ListTasks', {})).rejects.toMatchObject({
      name: 'EcsError',
      code: 'ClusterNotFoundException',
      message: 'Cluster not found.',
    });
  });

  it.each([
    [{ status: 503, body: '<html>' }, 'answers with HTTP status 503, which is no answer of ECS'],
    [{ status: 200, body: 'hello' }, 'answers with HTTP status 200, which is no answer of ECS'],
  ])('that is not of ECS is told: %j', async (answer, message) => {
    const { endpoint } = await answering(answer);
    await expect(engineOf(endpoint).call('ListClusters', {})).rejects.toMatchObject({
      name: 'EndpointError',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['an answer may have', `[${'{},'.repeat(2_000_001)}0]`],
    ['32 MiB', `["${' '.repeat(32 * 1024 ** 2)}"]`],
  ])('that has more than %s is not taken apart', async (words, list) => {
    const { endpoint } = await answering({ body: `{"clusterArns":${list}}` });
    await expect(engineOf(endpoint).call('ListClusters', {})).rejects.toMatchObject({
      name: 'EndpointError',
      message: expect.stringContaining(`answers with more than ${words}`) as string,
    });
  });
});

describe('an endpoint that gives no answer', () => {
  const silent = async (greet: (socket: Socket) => void) => listening(createTcpServer(greet));

  it('is told: nobody listens', async () => {
    const server = createTcpServer();
    const endpoint = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(engineOf(endpoint).call('ListClusters', {})).rejects.toThrow(
      /^127\.0\.0\.1:\d+ refuses the connection$/,
    );
  });

  it('is told: it hangs up, or speaks something else', async () => {
    const hangsUp = await silent((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await expect(engineOf(hangsUp).call('ListClusters', {})).rejects.toThrow(/closed the connection/);
    const smtp = await silent((socket) => socket.write('220 mail.example.com ESMTP\r\n'));
    await expect(engineOf(smtp).call('ListClusters', {})).rejects.toThrow(/does not speak HTTP$/);
    const tls = smtp.replace('http:', 'https:');
    await expect(engineOf(tls).call('ListClusters', {})).rejects.toThrow(/does not speak TLS$/);
  });

  it('is waited for no longer than the limit', async () => {
    const endpoint = await silent(() => undefined);
    await expect(engineOf(endpoint, { readTimeout: 0.05 }).call('ListClusters', {})).rejects.toThrow(
      /gave no answer within 0.05 s$/,
    );
  });

  it('is left when the command is interrupted', async () => {
    const endpoint = await silent(() => undefined);
    const abort = new AbortController();
    const asked = engineOf(endpoint, { signal: abort.signal }).call('ListClusters', {});
    abort.abort(new Error('interrupted'));
    await expect(asked).rejects.toThrow('interrupted');
  });
});

describe('a wait', () => {
  const task = (lastStatus: string) => ({ taskArn: 'a', lastStatus });
  const looks = (...all: unknown[]) => answering(...all.map((body) => json(body)));

  it('looks until all tasks have stopped', async () => {
    const { endpoint, sent } = await looks(
      { tasks: [task('RUNNING'), task('STOPPED')] },
      { tasks: [task('STOPPED'), task('STOPPED')] },
    );
    const { tasks } = await engineOf(endpoint).call('WaitTasks', { cluster: 'c', tasks: ['a', 'b'] });
    expect(tasks).toHaveLength(2);
    expect(sent.map(({ target, body }) => [target.split('.')[1], body])).toEqual(
      Array.from({ length: 2 }, () => ['DescribeTasks', { cluster: 'c', tasks: ['a', 'b'] }]),
    );
  });

  it.each([
    ['one has stopped', { tasks: [task('PENDING'), task('STOPPED')] }],
    ['one is unknown', { tasks: [task('PENDING')], failures: [{ arn: 'b', reason: 'MISSING' }] }],
    ['all run', { tasks: [task('RUNNING')] }],
  ])('for tasks to run is over when %s', async (_, answer) => {
    const { endpoint, sent } = await looks({ tasks: [task('PENDING')] }, answer);
    const wait = { tasks: ['a'], until: 'RUNNING' as const };
    expect(await engineOf(endpoint).call('WaitTasks', wait)).toMatchObject(answer);
    expect(sent).toHaveLength(2);
  });

  it('ends with the tasks as they are when the time is up, or when it is aborted', async () => {
    const { endpoint } = await looks({ tasks: [task('RUNNING')] });
    const engine = engineOf(endpoint, { pollInterval: 60_000 });
    expect(await engine.call('WaitTasks', { tasks: ['a'], timeout: 0.05 })).toMatchObject({
      tasks: [task('RUNNING')],
    });
    const abort = new AbortController();
    const waiting = engine.call('WaitTasks', { tasks: ['a'] }, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('interrupted')), 50);
    expect(await waiting).toMatchObject({ tasks: [task('RUNNING')] });
  });
});
