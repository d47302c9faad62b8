import { operationNames } from '../../src/lib/api/operations.js';
import { PROTOCOL } from '../../src/lib/protocol/messages.js';
import type { Random } from './random.js';
import { GOOD, opening, PREFIX, request, sealsIn } from './requests.js';
import type { Target } from './target.js';
import { frame } from './wrong-frames.js';
import { wronglySigned } from './wrong-signatures.js';
import { deep, demanding, fallible, lackingInput, wrongInput } from './wrong-values.js';

/** What is sent over one connection; nothing of it may change the state. */
export interface Hostile {
  kind: string;
  door: 'signed' | 'unsigned';
  /** Sent one after the other; some are made of what has come, once that has a head of HTTP. */
  parts: (Buffer | ((came: string) => Buffer))[];
  /** Ms between two parts. */
  pause?: number;
  /** The sender goes away without a word: before the server can have seen all, or when it has had a turn at it. */
  leaves?: 'at once' | 'soon';
}

type Maker = (random: Random, target: Target) => Omit<Hostile, 'kind'>;

const nonceOf = (random: Random): string => random.bytes(16).toString('hex');

/** Where requests are signed they are signed as may be; where they need not be they are not. */
const anyDoor = (random: Random, { keys, signed, unsigned }: Target) =>
  random.next() < 0.5
    ? { door: 'signed' as const, port: signed, credentials: keys.admin }
    : { door: 'unsigned' as const, port: unsigned, credentials: undefined };

const half = (random: Random, whole: Buffer): Buffer => whole.subarray(0, 1 + random.below(whole.length - 1));

const makers: Record<string, Maker> = {
  bytes: (random) => ({
    door: random.of(['signed', 'unsigned']),
    parts: [random.bytes(1 + random.below(600))],
  }),

  'request line': (random, target) => {
    const line = random.of([
      'POST / HTTP/9.9',
      'POST  / HTTP/1.1',
      'POST / HTTP/1.1\r',
      'post / HTTP/1.1',
      'PRI * HTTP/2.0',
      'CONNECT 127.0.0.1:22 HTTP/1.1',
      'OPTIONS * HTTP/1.1',
      'GET /../../etc/passwd HTTP/1.1',
      'GET http://169.254.169.254/ HTTP/1.1',
      `POST http://127.0.0.1:${target.unsigned}/ HTTP/1.1`,
      `TRACE / HTTP/1.1`,
      `PUT /${'a'.repeat(random.below(20_000))} HTTP/1.1`,
      'POST /\0 HTTP/1.1',
      'POST /session HTTP/1.1',
      'DELETE /metrics HTTP/1.1',
    ]);
    // Some of these are taken for what they nearly are.
    const rest = `\r\nhost: 127.0.0.1\r\nx-amz-target: ${PREFIX}NoSuch\r\ncontent-length: ${GOOD.length}\r\nconnection: close\r\n\r\n${GOOD}`;
    return { door: random.of(['signed', 'unsigned']), parts: [Buffer.from(line + rest)] };
  },

  headers: (random) => {
    const more = random.of([
      `x: ${'a'.repeat(20_000)}\r\n`,
      'a: b\r\n'.repeat(3000),
      'x y: z\r\n',
      ': nothing\r\n',
      'x: a\0b\r\n',
      ' folded: x\r\n',
      '__proto__: x\r\nconstructor: y\r\n',
      'content-length: -1\r\n',
      'content-length: 1e3\r\n',
      'content-length: 99999999999999999999\r\n',
      'content-length: 5\r\ncontent-length: 26\r\n',
      'expect: the impossible\r\n',
      'content-encoding: gzip\r\ncontent-length: 4\r\n',
    ]);
    const text = `POST / HTTP/1.1\r\nhost: evil.example\r\nx-amz-target: ${PREFIX}CreateCluster\r\n${more}connection: close\r\n\r\n${GOOD}`;
    return { door: random.of(['signed', 'unsigned']), parts: [Buffer.from(text, 'latin1')] };
  },

  smuggled: (random, { unsigned }) => {
    const inner = request({ port: unsigned }).toString('latin1');
    const head = random.of([
      `content-length: 4\r\ntransfer-encoding: chunked`,
      `transfer-encoding: chunked\r\ncontent-length: ${inner.length + 5}`,
      `content-length: 0\r\ncontent-length: ${inner.length}`,
      `transfer-encoding: chunked, identity`,
      `transfer-encoding: xchunked`,
      `transfer-encoding : chunked`,
      `transfer-encoding:\u000bchunked`,
    ]);
    const body = random.of([
      `0\r\n\r\n${inner}`,
      `5;x=y\nabcde\r\n0\n\n${inner}`,
      `ffffffffffffffffff\r\n${inner}`,
    ]);
    const text = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${unsigned}\r\n${head}\r\n\r\n${body}`;
    // A whole request after a whole one is no smuggling but pipelining: this inner one is for another host.
    const harmless = text.replace(/(\r\n\r\nPOST \/ HTTP\/1\.1\r\nhost: )127\.0\.0\.1:\d+/, '$1evil.example');
    return { door: 'unsigned', parts: [Buffer.from(random.of([text, harmless]), 'latin1')] };
  },

  chunks: (random, target) => {
    const chunk = random.of([
      'zz\r\nab\r\n',
      '-1\r\n',
      '1\r\nabc\r\n',
      `${'0'.repeat(100)}5\r\nab`,
      '5;'.padEnd(20_000, 'x'),
    ]);
    const { door, port } = anyDoor(random, target);
    const text = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nx-amz-target: ${PREFIX}CreateCluster\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`;
    return { door, parts: [Buffer.from(text, 'latin1')] };
  },

  half: (random, target) => {
    const { door, port, credentials } = anyDoor(random, target);
    return { door, leaves: 'at once', parts: [half(random, request({ port, credentials }))] };
  },

  pipelined: (random, target) => {
    const { port, door, credentials } = anyDoor(random, target);
    const one = () =>
      request({ port, credentials, operation: 'NoSuch', headers: { connection: 'keep-alive' } });
    const last = request({ port, credentials, operation: 'NoSuch' });
    return { door, parts: [Buffer.concat([...Array.from({ length: 1 + random.below(20) }, one), last])] };
  },

  target: (random, target) => {
    const { port, door, credentials } = anyDoor(random, target);
    const name = random.of([
      '__proto__',
      `${PREFIX}__proto__`,
      `${PREFIX}constructor`,
      `${PREFIX}toString`,
      `${PREFIX}createcluster`,
      `${PREFIX}CreateCluster `.padEnd(200, 'x'),
      'CreateCluster',
      `AmazonEC2ContainerServiceV20141113#CreateCluster`,
      `${PREFIX}${random.bytes(6).toString('hex')}`,
      `${PREFIX}CreateTaskSet`,
      'DynamoDB_20120810.PutItem',
    ]);
    return { door, parts: [request({ port, credentials, target: name })] };
  },

  body: (random, target) => {
    const { port, door, credentials } = anyDoor(random, target);
    const operation = random.of(operationNames);
    const body = random.of<() => string | Buffer>([
      () => random.bytes(random.below(300)).toString('latin1') + '{',
      () => Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
      () =>
        random.of([
          'null',
          '7',
          '[]',
          '"x"',
          '{"a":',
          '{]',
          "{'a':1}",
          '{"a":NaN}',
          '\0',
          '{}{}',
          '\uFEFF{}x',
        ]),
    ])();
    return { door, parts: [request({ port, credentials, operation, body })] };
  },

  nested: (random, target) => {
    const { port, door, credentials } = anyDoor(random, target);
    return { door, parts: [request({ port, credentials, body: deep(random) })] };
  },

  types: (random, target) => {
    const { port, door, credentials } = anyDoor(random, target);
    const operation = random.of(fallible);
    return { door, parts: [request({ port, credentials, operation, body: wrongInput(operation, random) })] };
  },

  lacking: (random, target) => {
    const { port, door, credentials } = anyDoor(random, target);
    const operation = random.of(demanding);
    return { door, parts: [request({ port, credentials, operation, body: lackingInput(random) })] };
  },

  signature: wronglySigned,

  oversized: (random, target) => {
    const { port, door, credentials } = anyDoor(random, target);
    const large = `{"clusterName":"${'a'.repeat(2 * 1024 * 1024)}"}`;
    const parts = random.of([
      () => [request({ port, credentials, body: GOOD, headers: { 'content-length': '5000000000' } })],
      () => [request({ port, credentials, body: large })],
    ])();
    return { door, parts };
  },

  page: (random, { unsigned: port }) => ({
    door: 'unsigned',
    parts: [
      request({
        port,
        headers: random.of<Record<string, string>>([
          { host: 'evil.example' },
          { host: '127.0.0.1.evil.example' },
          { host: 'localhost@evil.example' },
          { host: `evil.example:${port}` },
          { origin: 'https://evil.example' },
          { origin: 'null' },
        ]),
      }),
    ],
  }),

  upgrade: (random, target) => {
    const { keys } = target;
    const whole = opening(target, keys.admin, nonceOf(random)).toString('latin1');
    const text = random.of<() => string>([
      () => whole.replace(PROTOCOL, random.of(['websocket', 'h2c', 'longshore/1', '__proto__'])),
      () => whole.replace(/authorization: [^\r]*\r\n/, ''),
      () => whole.replace(/x-longshore-nonce: [^\r]*/, 'x-longshore-nonce: other'),
      () =>
        whole.replace(
          'GET /session',
          random.of(['POST /session', 'GET /', 'GET /session?x', 'GET //session']),
        ),
      () =>
        request({
          port: target.signed,
          credentials: keys.admin,
          headers: { connection: 'Upgrade', upgrade: PROTOCOL },
        }).toString('latin1'),
    ])();
    return { door: 'signed', leaves: 'soon', parts: [Buffer.from(text, 'latin1')] };
  },

  session: (random, target) => {
    const credentials = random.of([target.keys.admin, target.keys.read, target.keys.run]);
    const frames = Array.from({ length: 1 + random.below(12) }, () => frame(random));
    const begin = opening(target, credentials, nonceOf(random));
    const sealed = (came: string) => {
      const seals = sealsIn(came, begin.toString('latin1'), credentials);
      return Buffer.concat(frames.flatMap((each) => [each, seals?.client.next(each) ?? each]));
    };
    const parts = random.of<Hostile['parts']>([
      [begin, sealed],
      [begin, sealed],
      [begin, ...frames],
      [Buffer.concat([begin, ...frames])],
    ]);
    return { door: 'signed', leaves: random.of(['at once', 'soon']), parts };
  },
};

/** Those that take their time; few, since each takes as long as the server lets it. */
const slow: Maker = (random, target) => {
  const { port, door, credentials } = anyDoor(random, target);
  const all = request({ port, credentials });
  // Never to its end, whether or not the server has the patience.
  const whole = all.subarray(0, all.length - 1);
  const step = 1 + random.below(8);
  const parts = Array.from({ length: 60 }, (_, at) => whole.subarray(at * step, (at + 1) * step));
  return { door, parts, pause: 200 };
};

/** One of all kinds: the same for the same numbers. */
export function hostile(random: Random, target: Target): Hostile {
  if (random.next() < 0.001) return { kind: 'slow', ...slow(random, target) };
  const kind = random.of(Object.keys(makers));
  return { kind, ...(makers[kind] as Maker)(random, target) };
}
