import { loadSchema } from '../../src/lib/api/schema.js';
import { type OperationName, operationNames } from '../../src/lib/api/operations.js';
import { type Credentials, signature } from '../../src/lib/api/signature.js';
import { encodeFrame, type FrameKind } from '../../src/lib/protocol/frames.js';
import { NONCE_HEADER, PROTOCOL, SESSION_PATH } from '../../src/lib/protocol/messages.js';
import type { Random } from './random.js';
import type { Target } from './target.js';

/** What is sent over one connection; nothing of it may change the state. */
export interface Hostile {
  kind: string;
  door: 'signed' | 'unsigned';
  /** Sent one after the other. */
  parts: Buffer[];
  /** Ms between two parts. */
  pause?: number;
  /** The sender goes away without a word. */
  leaves?: boolean;
}

type Maker = (random: Random, target: Target) => Omit<Hostile, 'kind'>;

const PREFIX = 'AmazonEC2ContainerServiceV20141113.';
/** An input that would be taken, were it let in. */
const GOOD = '{"clusterName":"intruder"}';

const textOf = (random: Random): string =>
  random.of([
    '',
    '\0',
    'a\r\nx: y',
    '../../etc/passwd',
    '%00%ff',
    '\u202Eabc',
    '😀'.repeat(1 + random.below(50)),
    '\ud800',
    '${jndi:ldap://x}',
    "'; drop table records; --",
    'x'.repeat(random.below(5000)),
    '\u001b[2J',
    '-'.repeat(1 + random.below(300)),
    '('.repeat(1 + random.below(20_000)),
  ]);

/** Of any kind but the one given. */
function valueBut(kind: string, random: Random): unknown {
  const values: [string, unknown][] = [
    ['string', textOf(random)],
    ['integer', random.of([0, -1, 1e308, 2 ** 53, 1.5])],
    ['boolean', random.next() < 0.5],
    ['array', [textOf(random), {}]],
    ['object', { a: textOf(random), [random.of(['constructor', 'toString', 'length'])]: 1 }],
  ];
  const others = values.filter(([name]) => name !== kind && !(kind === 'number' && name === 'integer'));
  return random.of(others)[1];
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  $ref?: string;
  definitions?: Record<string, Schema>;
  $defs?: Record<string, Schema>;
}

/** An input of the operation of which at least one member is of a wrong type, or not there at all. */
function wrongInput(operation: OperationName, random: Random): string {
  const root = loadSchema(operation) as Schema;
  const resolved = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : ((root.$defs ?? root.definitions ?? {})[name] ?? {});
  };
  const members = Object.entries(root.properties ?? {});
  const input: Record<string, unknown> = { [`no${random.below(1e6)}such`]: valueBut('', random) };
  for (const [name, schema] of members)
    if (random.next() < 0.4) input[name] = valueBut(resolved(schema).type ?? '', random);
  const text = JSON.stringify(input);
  const own = random.of(['"__proto__":{"polluted":1},', '"constructor":{"prototype":{"polluted":1}},', '']);
  return `{${own}${text.slice(1)}`;
}

const deep = (random: Random): string => {
  const depth = random.of([100, 5000, 100_000]);
  return random.of([
    '['.repeat(depth),
    '['.repeat(depth) + ']'.repeat(depth),
    `{"tags":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    `{"clusterName":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
  ]);
};

interface Asked {
  operation?: string;
  target?: string;
  body?: string | Buffer;
  method?: string;
  path?: string;
  credentials?: Credentials | undefined;
  headers?: Record<string, string>;
  /** Epoch milliseconds. */
  at?: number;
  port: number;
}

function request(asked: Asked): Buffer {
  const { operation = 'CreateCluster', method = 'POST', path = '/', body = GOOD, credentials, port } = asked;
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': asked.target ?? `${PREFIX}${operation}`,
  };
  const url = new URL(`http://127.0.0.1:${port}/`);
  const signed =
    credentials &&
    signature({ method, url, headers, body: body as string }, credentials, 'local', asked.at ?? Date.now());
  return assembled(method, path, { host: url.host, ...headers, ...signed, ...asked.headers }, body);
}

function assembled(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer,
): Buffer {
  const bytes = Buffer.from(body);
  const all = { 'content-length': String(bytes.length), connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

function opening(target: Target, credentials: Credentials, nonce: string): Buffer {
  const url = new URL(`http://127.0.0.1:${target.signed}${SESSION_PATH}`);
  const headers = { [NONCE_HEADER]: nonce };
  const signed = signature({ method: 'GET', url, headers, body: '' }, credentials, 'local', Date.now());
  const all = { host: url.host, connection: 'Upgrade', upgrade: PROTOCOL, ...headers, ...signed };
  return assembled('GET', SESSION_PATH, all, '');
}

const nonceOf = (random: Random): string => random.bytes(16).toString('hex');

/** Where requests are signed they are signed as may be; where they need not be they are not. */
const anyDoor = (random: Random, { keys, signed, unsigned }: Target) =>
  random.next() < 0.5
    ? { door: 'signed' as const, port: signed, credentials: keys.admin }
    : { door: 'unsigned' as const, port: unsigned, credentials: undefined };

const half = (random: Random, whole: Buffer): Buffer => whole.subarray(0, 1 + random.below(whole.length - 1));

function message(random: Random): object | string {
  const wrong = () => valueBut('', random);
  const operation = random.of<unknown>([
    ...operationNames,
    '__proto__',
    'constructor',
    { toString: 1 },
    null,
    7,
    textOf(random),
  ]);
  return random.of<() => object | string>([
    () => textOf(random),
    () => random.of(['null', '7', '[]', '{}', '"x"', deep(random)]),
    () => ({ type: wrong() }),
    () => ({ type: random.of(['abort', 'end', 'resize', 'answer', 'executing', 'toString']) }),
    () => ({ type: 'resize', size: wrong() }),
    () => ({ type: 'call', operation, input: random.of([wrong, () => [null], () => ({ no: wrong() })])() }),
    () => ({ type: 'call', operation, input: { $date: 1 } }),
    () => ({
      type: 'logs',
      request: random.of([wrong(), { cluster: [wrong()] }, { tail: 'x', follow: wrong() }]),
    }),
    () => ({ type: 'logs', request: { cluster: textOf(random), family: textOf(random) } }),
    () => ({
      type: 'execute',
      request: random.of([wrong(), { terminal: wrong() }, { task: wrong(), command: wrong() }]),
    }),
  ])();
}

function frame(random: Random): Buffer {
  const kind = random.of<FrameKind>(['message', 'message', 'message', 'out', 'err']);
  const content = message(random);
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const whole = encodeFrame({ kind, id: random.of([0, 1, 1, 2, 2 ** 32 - 1]), content: bytes });
  const fate = random.next();
  if (fate < 0.05) whole.writeUInt32BE(random.of([2 ** 32 - 1, 2 ** 31, bytes.length + 5]), 0);
  else if (fate < 0.1) whole.writeUInt8(random.below(256), 4);
  return fate > 0.95 ? random.bytes(1 + random.below(100)) : whole;
}

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
    return { door, leaves: true, parts: [half(random, request({ port, credentials }))] };
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
      () => deep(random),
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

  types: (random, target) => {
    const { port, door, credentials } = anyDoor(random, target);
    const operation = random.of(operationNames);
    return { door, parts: [request({ port, credentials, operation, body: wrongInput(operation, random) })] };
  },

  signature: (random, target) => {
    const { keys, signed: port } = target;
    const good = (more: Partial<Asked> = {}) =>
      request({ port, credentials: keys.admin, ...more }).toString('latin1');
    const text = random.of<() => string>([
      () => good().replace(/Signature=..../, 'Signature=0000'),
      () => good().replace('intruder', 'intrudes'),
      () => good().replace('POST / ', 'POST /?x=y '),
      () => good().replace('CreateCluster', 'DeleteCluster'),
      () => good().replace('/ecs/', '/iam/'),
      () => good().replace('/ecs/aws4_request', '/ecs/aws4_request/x'),
      () => good().replace(/authorization: [^\r]*\r\n/, ''),
      () => good().replace('authorization:', 'authorization: Basic eDp5\r\nauthorization:'),
      () =>
        good().replace(
          /SignedHeaders=[^,]*/,
          `SignedHeaders=${random.of(['host', 'constructor;host', '__proto__', '', ';;', 'host;x-amz-date;x-amz-target;__proto__;constructor'])}`,
        ),
      () =>
        good().replace(
          /Credential=[^/]*/,
          `Credential=${random.of(['', 'LSAKNOBODY', '__proto__', '../x', 'a'.repeat(200)])}`,
        ),
      () => good().replace(/x-amz-date: \d+/, 'x-amz-date: 20200101'),
      () =>
        good().replace(
          'AWS4-HMAC-SHA256',
          random.of(['AWS4-HMAC-SHA1', 'AWS4-ECDSA-P256-SHA256', 'aws4-hmac-sha256']),
        ),
      () => good({ at: Date.now() - random.of([301e3, 86_400e3]) }),
      () => good({ at: Date.now() + random.of([310e3, 86_400e3]) }),
      () => good({ credentials: { accessKeyId: keys.admin.accessKeyId, secretAccessKey: 'wrong' } }),
      () => good({ credentials: keys.read }),
      () => good({ credentials: keys.run }),
      () =>
        good({
          credentials: keys.read,
          operation: random.of([
            'ExportState',
            'ListAccessKeys',
            'ImportState',
            'PutSecret',
            'ExecuteCommand',
            'RunTask',
          ]),
          body: '{}',
        }),
      () =>
        good({
          credentials: keys.run,
          operation: random.of([
            'ExportState',
            'CreateAccessKey',
            'Doctor',
            'InstallController',
            'PushImage',
          ]),
          body: '{}',
        }),
      () =>
        good({
          credentials: keys.run,
          operation: 'RegisterTaskDefinition',
          body: JSON.stringify({
            family: 'x',
            containerDefinitions: [
              {
                name: 'a',
                image: 'b',
                memory: 10,
                environmentFiles: [{ type: 's3', value: 'file:/etc/passwd' }],
              },
            ],
          }),
        }),
    ])();
    return { door: 'signed', parts: [Buffer.from(text, 'latin1')] };
  },

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
      () => whole.replace(PROTOCOL, random.of(['websocket', 'h2c', 'longshore/2', '__proto__'])),
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
    return { door: 'signed', leaves: true, parts: [Buffer.from(text, 'latin1')] };
  },

  session: (random, target) => {
    const credentials = random.of([target.keys.admin, target.keys.read, target.keys.run]);
    const frames = Array.from({ length: 1 + random.below(12) }, () => frame(random));
    const parts = [opening(target, credentials, nonceOf(random))];
    return {
      door: 'signed',
      leaves: true,
      parts: random.next() < 0.5 ? [...parts, ...frames] : [Buffer.concat([...parts, ...frames])],
    };
  },
};

/** Those that take their time; few, since each takes as long as the server lets it. */
const slow: Maker = (random, target) => {
  const { port, door, credentials } = anyDoor(random, target);
  const whole = request({ port, credentials });
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
