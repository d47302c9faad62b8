import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { decodeError } from '../../../src/lib/protocol/errors.js';
import { encodeFrame } from '../../../src/lib/protocol/frames.js';
import { openRemoteEngine } from '../../../src/lib/remote/open-remote.js';
import { createSessionEngine } from '../../../src/lib/remote/session-engine.js';

/** A server that answers the first exchange with these messages. */
function against(...messages: (object | null | string)[]) {
  const socket = new Duplex({
    read: () => undefined,
    write(_chunk, _encoding, done) {
      done();
      for (const message of messages)
        socket.push(encodeFrame({ kind: 'message', id: 1, content: Buffer.from(JSON.stringify(message)) }));
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
