import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { decodeError } from '../../../src/lib/protocol/errors.js';
import { encodeFrame } from '../../../src/lib/protocol/frames.js';
import { openRemoteEngine } from '../../../src/lib/remote/open-remote.js';
import { createSessionEngine } from '../../../src/lib/remote/session-engine.js';

/** A server that answers the first exchange with these messages. */
function against(...messages: (object | null | string | Buffer)[]) {
  const socket = new Duplex({
    read: () => undefined,
    write(_chunk, _encoding, done) {
      done();
      for (const message of messages)
        socket.push(encodeFrame({ kind: 'message', id: 1, content: contentOf(message) }));
    },
  });
  return createSessionEngine({
    name: 'evil',
    version: '1.2.3',
    onEvent: (event) => void event.type,
    signal: new AbortController().signal,
    open: async () => ({ socket, head: Buffer.alloc(0) }),
  });
}

const contentOf = (message: object | null | string): Buffer =>
  Buffer.isBuffer(message) ? message : Buffer.from(JSON.stringify(message));

it.each([
  [null],
  [7],
  [{}],
  [{ type: 'answer' }],
  [{ type: 'answer', answer: 'text' }],
  [{ type: 'lines', lines: [] }],
  [{ type: 'event', event: null }],
  [{ type: 'ended' }],
])('a call says of the answer %j that it makes no sense', async (message) => {
  const engine = against(message as object);
  await expect(engine.call('ListClusters', {})).rejects.toMatchObject({
    name: 'EndpointError',
    message: expect.stringContaining('makes no sense') as string,
  });
  await engine.close();
});

/** An answer with so many of these in a list. */
const answerOf = (part: string, count: number) =>
  Buffer.from(`{"type":"answer","answer":{"state":[${`${part},`.repeat(count)}0]}}`);

it.each(['{}', '1', '"ab"'])('takes no answer of %s without end apart', async (part) => {
  const engine = against(answerOf(part, 2_000_001));
  await expect(engine.call('ListClusters', {})).rejects.toMatchObject({
    name: 'EndpointError',
    message: expect.stringContaining('more parts than an answer may have') as string,
  });
  await engine.close();
});

it('keeps a large answer only where one was asked for, and calls a size what it is', async () => {
  const large = answerOf(`"${'{[,'.repeat(11 * 1024 ** 2)}"`, 1);
  await expect(against(large).call('ListClusters', {})).rejects.toMatchObject({
    name: 'EndpointError',
    message: 'evil gives an answer that is too large: a frame of more than 33554432 bytes',
    remedy: 'What was asked for may have been done; ask for less at once',
  });
  expect(Object.keys(await against(large).call('ExportState', {}))).toEqual(['state']);
  const tasks = [
    () => against(large).call('RunTask', { taskDefinition: 'web', count: 10_000 }),
    () => against(large).call('StartTask', { taskDefinition: 'web', containerInstances: ['web1'] }),
    () => against(large).call('WaitTasks', { tasks: ['a'.repeat(32)] }),
  ];
  for (const answer of tasks) expect(Object.keys(await answer())).toEqual(['state']);
});

it('ends with no exit code that is none', async () => {
  const engine = against(
    { type: 'executing', answer: {}, host: 'x', interactive: false },
    { type: 'ended', end: { exitCode: 'zero' } },
  );
  const request = { task: 'a'.repeat(32), command: 'sh', interactive: false, cluster: 'default' };
  const execution = await engine.execute(request);
  const read = async () => {
    for await (const _ of execution.output);
  };
  await expect(read()).rejects.toMatchObject({ name: 'EndpointError' });
  await engine.close();
});

it('makes texts of errors of any kind', () => {
  const odd = { name: 7, message: { a: 1 }, remedy: ['x'], code: null } as never;
  expect(decodeError(odd)).toMatchObject({ name: 'Error', message: 'the server gives no reason' });
  const coded = decodeError({ name: 'EcsError', message: 'm', code: { a: 1 } } as never);
  expect(decodeError(null)).toMatchObject({ message: 'the server gives no reason' });
  expect(coded).toMatchObject({ code: 'ServerException', message: 'm' });
});

it.each([
  ['http://cluster.example:8080', 1],
  ['http://127.0.0.1:8080', 0],
  ['http://localhost', 0],
  ['http://api.moby.localhost:8080', 0],
  ['https://cluster.example', 0],
])('of %s it warns %i times that it is in the clear', (url, count) => {
  const warnings: string[] = [];
  openRemoteEngine({
    api: 'longshore',
    url,
    onEvent: (event) => void (event.type === 'warning' && warnings.push(event.message)),
    verify: true,
    readTimeout: 1,
    connectTimeout: 1,
    userAgent: 'x',
    region: 'local',
    clock: Date.now,
    newToken: () => 'a-token',
    signal: new AbortController().signal,
    openHosts: () => Promise.reject(new Error('not asked')),
  });
  expect(warnings).toHaveLength(count);
});
