import { Duplex } from 'node:stream';
import pino from 'pino';
import { expect, it, vi } from 'vitest';
import type { AccessKey } from '../../../src/lib/server/authenticate.js';
import type { Caller } from '../../../src/lib/engine/serving/served-engine.js';
import { createLog, EventLog } from '../../../src/lib/server/log.js';
import { Nonces } from '../../../src/lib/server/nonces.js';
import { Sessions } from '../../../src/lib/server/sessions.js';
import { WireError } from '../../../src/lib/server/wire.js';
import { encodeFrame } from '../../../src/lib/protocol/frames.js';
import { encodeMessage, PROTOCOL } from '../../../src/lib/protocol/messages.js';

/** Whoever is on the other side reads nothing. */
class Deaf extends Duplex {
  constructor() {
    super({ writableHighWaterMark: 1000 });
  }
  override _read() {
    // What comes is pushed.
  }
  override _write() {
    // Never done.
  }
}

function sessions(
  findKey: () => Promise<AccessKey | undefined>,
  most = 64,
  call: () => Promise<object> = async () => ({ clusterArns: ['x'.repeat(500)] }),
  streams: { execute?: () => Promise<object>; logs?: () => AsyncIterable<object> } = {},
  log = pino({ level: 'silent' }),
) {
  const engine = {
    as: ({ onEvent }: Caller) => ({
      call: () => {
        onEvent({ type: 'warning', message: 'heard' });
        return call();
      },
      ...streams,
    }),
  };
  const metrics = { request: () => undefined, event: () => undefined };
  const parts = { engine, metrics, log, events: new EventLog(), now: () => 0 };
  return new Sessions(parts as never, findKey, most, '0', 10);
}

const ask = (id: number) =>
  encodeFrame({
    kind: 'message',
    id,
    content: encodeMessage({ type: 'call', operation: 'ListClusters', input: {} }),
  });

const begin = (all: Sessions, accessKeyId?: string, useUp: () => void = () => undefined) => {
  const socket = new Deaf();
  const principal = { accessKeyId, scope: 'admin' as const };
  const way = { id: 'a session', remote: '192.0.2.7', region: undefined, useUp };
  all.open({ ...way, protocol: PROTOCOL, head: Buffer.alloc(0), principal, socket });
  return socket;
};

it('ends a session that says nothing when its key is deleted or may do less', async () => {
  let key: AccessKey | undefined = { secretAccessKey: 'x', scope: 'admin' };
  const all = sessions(async () => key);
  const [first, own] = [begin(all, 'KEY'), begin(all)];
  key = { ...key, scope: 'read' };
  await expect.poll(() => first.destroyed).toBe(true);
  key = { ...key, scope: 'admin' };
  const second = begin(all, 'KEY');
  key = undefined;
  await expect.poll(() => second.destroyed).toBe(true);
  expect(own.destroyed).toBe(false);
  all.end();
});

it('lets those with keys not take the place of those on this machine', () => {
  const all = sessions(async () => ({ secretAccessKey: 'x', scope: 'admin' }), 2);
  begin(all, 'KEY');
  begin(all, 'OTHER');
  expect(() => begin(all, 'KEY')).toThrow('Rate exceeded');
  expect(() => begin(all)).not.toThrow();
  all.end();
});

it('gives no key more than a quarter of the places', () => {
  const all = sessions(async () => ({ secretAccessKey: 'x', scope: 'admin' }), 8);
  const [first] = [begin(all, 'KEY'), begin(all, 'KEY')];
  expect(() => begin(all, 'KEY')).toThrow('Rate exceeded');
  expect(() => begin(all, 'OTHER')).not.toThrow();
  for (let count = 0; count < 8; count++) begin(all);
  first.destroy();
  return expect
    .poll(() => all.size)
    .toBe(10)
    .then(() => expect(() => begin(all, 'KEY')).not.toThrow())
    .finally(() => all.end());
});

it('logs who opened it, and what each exchange did, by an id that who asked for it is told', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[0]) });
  const broken = () => Promise.reject(new TypeError('broken'));
  const all = sessions(async () => ({ secretAccessKey: 'x', scope: 'admin' }), 64, broken, {}, log);
  const socket = begin(all, 'KEY');
  const write = vi.spyOn(socket, 'write');
  socket.push(ask(1));
  await expect.poll(() => lines.length).toBe(4);
  const [opened, event, fault, over] = lines;
  const session = { session: 'a session', key: 'KEY' };
  expect(opened).toMatchObject({ ...session, level: 'info', remote: '192.0.2.7' });
  expect(event).toMatchObject({ ...session, event: 'warning', msg: 'heard' });
  expect(fault).toMatchObject({ ...session, level: 'error', operation: 'ListClusters' });
  expect(over).toMatchObject({ ...session, code: 'TypeError' });
  const request = fault?.['request'] as string;
  expect([event?.['request'], over?.['request']]).toEqual([request, request]);
  expect(write.mock.calls.join('')).toContain(`its log says why (request ${request})`);
  all.end();
});

it('asks whoever reads no answers for no more', async () => {
  const all = sessions(async () => undefined);
  const socket = begin(all);
  for (let id = 1; id <= 5000; id++) {
    socket.push(ask(id));
    if (id % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(all.underWay).toBeLessThanOrEqual(64);
  expect(socket.writableLength).toBeLessThan(100_000);
  expect(socket.isPaused()).toBe(true);
  all.end();
});

it('lets go of whoever sends a command more than it reads', async () => {
  const stdin = new Deaf();
  const output = (async function* () {
    yield* await new Promise<[]>((resolve) => stdin.once('close', () => resolve([])));
  })();
  const execution = {
    answer: {},
    host: 'web1',
    stdin,
    output,
    close: () => stdin.destroy(),
    ended: async () => ({}),
  };
  const all = sessions(
    async () => undefined,
    64,
    async () => ({}),
    { execute: async () => execution },
  );
  const socket = begin(all);
  const request = { task: 'a', command: 'sleep 600', interactive: true };
  socket.push(encodeFrame({ kind: 'message', id: 1, content: encodeMessage({ type: 'execute', request }) }));
  await new Promise((resolve) => setImmediate(resolve));
  const piece = encodeFrame({ kind: 'out', id: 1, content: Buffer.alloc(256 * 1024) });
  for (let i = 0; i < 8; i++) socket.push(piece);
  await new Promise((resolve) => setImmediate(resolve));
  expect(socket.destroyed).toBe(false);
  socket.push(piece);
  await expect.poll(() => socket.destroyed).toBe(true);
});

it('sends lines of logs in messages that a client takes', async () => {
  const text = '{['.repeat(512 * 1024);
  const logs = async function* () {
    for (let i = 0; i < 40; i++) yield { text };
  };
  const all = sessions(async () => undefined, 64, undefined, { logs });
  const socket = begin(all);
  let written = 0;
  const largest: number[] = [];
  vi.spyOn(socket, 'write').mockImplementation((chunk: Buffer, ...rest: unknown[]) => {
    written += chunk.length;
    largest.push(chunk.length);
    (rest.at(-1) as (() => void) | undefined)?.();
    return true;
  });
  const request = { family: 'web' };
  socket.push(
    encodeFrame({ kind: 'message', id: 1, content: encodeMessage({ type: 'logs', request } as never) }),
  );
  await expect.poll(() => written).toBeGreaterThan(40 * text.length);
  expect(Math.max(...largest)).toBeLessThan(3 * text.length);
  all.end();
});

it('tells who has a key nothing of files of this machine', async () => {
  const fault = Object.assign(new Error('/home/ops/state.db is damaged'), {
    name: 'StoreError',
    remedy: 'x',
  });
  const said = async (accessKeyId?: string) => {
    const all = sessions(
      async () => ({ secretAccessKey: 'x', scope: 'admin' }),
      64,
      () => Promise.reject(fault),
    );
    const socket = begin(all, accessKeyId);
    const write = vi.spyOn(socket, 'write');
    socket.push(ask(1));
    // The event, and the error.
    await expect.poll(() => write.mock.calls.length).toBe(2);
    all.end();
    return String(write.mock.calls[1]?.[0]);
  };
  expect(await said()).toContain('state.db');
  const hidden = await said('KEY');
  expect(hidden).toContain('ServerException');
  expect(hidden).not.toContain('state.db');
});

it('takes a nonce once, for as long as its signature is good', () => {
  let now = 0;
  const nonces = new Nonces(() => now, 0);
  expect(nonces.use('LSAK1', 'a')).toBe('new');
  now = 9 * 60_000;
  expect(nonces.use('LSAK1', 'a')).toBe('used');
  expect(nonces.use('LSAK1', 'b')).toBe('new');
  now = 11 * 60_000;
  expect(nonces.use('LSAK1', 'b')).toBe('used');
});

it('takes so many nonces of each key, and of others all the same', () => {
  let now = 0;
  const nonces = new Nonces(() => now, 0);
  const used = () => Array.from({ length: 10_001 }, (_, at) => nonces.use('LSAK1', `${now}-${at}`));
  expect(used().map((verdict) => verdict === 'full')).toEqual([...Array<boolean>(10_000).fill(false), true]);
  expect(nonces.use('LSAK2', '0-0')).toBe('new');
  now = 11 * 60_000;
  expect(nonces.use('LSAK1', 'a')).toBe('new');
});

it('takes no more nonces of a key in any ten minutes', () => {
  let now = 0;
  const nonces = new Nonces(() => now, 0);
  const use = (count: number) =>
    Array.from({ length: count }, (_, at) => nonces.use('LSAK1', `${now}-${at}`)).filter(
      (verdict) => verdict === 'new',
    ).length;
  now = 9 * 60_000;
  expect(use(6_000)).toBe(6_000);
  now = 11 * 60_000;
  expect(use(6_000)).toBe(4_000);
  // Those of the ninth minute are over, those of the eleventh are not.
  now = 20 * 60_000;
  expect(use(7_000)).toBe(6_000);
});

it('uses up nothing where there is no place, and gives the place back where nothing is good', () => {
  const all = sessions(async () => undefined, 8);
  const useUp = vi.fn();
  for (let count = 0; count < 2; count++) begin(all, 'LSAK1', useUp);
  expect(() => begin(all, 'LSAK1', useUp)).toThrow('Rate exceeded');
  expect(useUp).toHaveBeenCalledTimes(2);
  const bad = () => {
    throw new WireError('InvalidSignatureException', 'made before');
  };
  for (let count = 0; count < 3; count++) expect(() => begin(all, 'LSAK2', bad)).toThrow('made before');
  begin(all, 'LSAK2', useUp);
  begin(all, 'LSAK2', useUp);
  all.end();
});

it('takes nothing that may have been used before it began, or elsewhere', () => {
  const begun = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const [one, other] = [new Nonces(() => 0, begun), new Nonces(() => 0, begun)];
  expect(one.isForUs('a', '20260102T030405Z')).toBe(true);
  expect(one.isForUs('a', '20260102T030404Z')).toBe(false);
  // Whatever the clock of the client says.
  expect(one.isForUs(`${one.challenge}.a`, '20260102T030000Z')).toBe(true);
  expect(one.isForUs(`${other.challenge}.a`, '20260102T030500Z')).toBe(false);
  expect(one.isForUs('.a', '20260102T030500Z')).toBe(false);
});
