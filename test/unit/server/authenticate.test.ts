import { ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { signature } from '../../../src/lib/api/signature.js';
import {
  type AuthenticatorOptions,
  createAuthenticator,
  regionOf,
  type SentRequest as SentHead,
} from '../../../src/lib/server/authenticate.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const KEY = 'AKIDEXAMPLE';
const AT = Date.parse('2026-11-27T07:08:24Z');
const MINUTES = 60_000;

interface SentRequest extends SentHead {
  body: Buffer;
}

/** Who signed a request that is there as a whole. */
function bothSteps(options: AuthenticatorOptions) {
  const authenticate = createAuthenticator(options);
  return async ({ body, ...head }: SentRequest) => (await authenticate(head)).verify(body);
}

const verifier = (at = AT) =>
  bothSteps({
    findKey: async (id) => (id === KEY ? { secretAccessKey: SECRET, scope: 'run' } : undefined),
    clock: () => at,
  });

/** What the AWS CLI 2.9.19 sent to an endpoint on loopback, with AWS's own example of a key. */
const cli: SentRequest = {
  method: 'POST',
  url: '/',
  headers: {
    host: '127.0.0.1:18182',
    'accept-encoding': 'identity',
    'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListTasks',
    'content-type': 'application/x-amz-json-1.1',
    'user-agent':
      'aws-cli/2.9.19 Python/3.11.2 Linux/6.1.0 source/x86_64.debian.12 prompt/off command/ecs.list-tasks',
    'x-amz-date': '20261127T070824Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${KEY}/20261127/eu-west-1/ecs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=da3be71d509c24668adfd0f3e9b12ecddca70f3bb86a40b54dc723da2bc88013`,
    'content-length': '18',
  },
  body: Buffer.from('{"cluster": "web"}'),
};

const withToken: SentRequest = {
  ...cli,
  url: '/a%20b/c',
  headers: {
    ...cli.headers,
    'x-amz-date': '20261127T071218Z',
    'x-amz-security-token': 'token/with+signs==',
    authorization: `AWS4-HMAC-SHA256 Credential=${KEY}/20261127/eu-west-1/ecs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=d7c7e7f687f5e7e231c55dbe2c34d941c86fdf301acb352ceb078d7c45a7bbca`,
  },
};

const changed = (
  headers: Record<string, string | undefined>,
  more: Partial<SentRequest> = {},
): SentRequest => ({
  ...cli,
  ...more,
  headers: { ...cli.headers, ...headers },
});

/** The same with another text in Authorization. */
const authorized = (from: string | RegExp, to: string): SentRequest =>
  changed({ authorization: cli.headers.authorization?.replace(from, to) });

const refusal = (request: SentRequest, at = AT) =>
  verifier(at)(request).then(
    () => 'let in',
    (error: { code?: string }) => error.code,
  );

describe('who signs as AWS does is let in, with the scope of the key', () => {
  it('the AWS CLI', async () => {
    expect(await verifier()(cli)).toMatchObject({ accessKeyId: KEY, scope: 'run', region: 'eu-west-1' });
  });

  it('the AWS CLI with a session token and a path', async () => {
    expect(await verifier()(withToken)).toMatchObject({ accessKeyId: KEY });
  });

  it.each([
    ['http://127.0.0.1:18182', undefined],
    ['https://ecs.example', 'a/token+='],
    ['http://[::1]:8080/below', undefined],
  ])('the JavaScript SDK at %s', async (endpoint, sessionToken) => {
    const request = await sentBySdk(endpoint, sessionToken);
    const time = String(request.headers['x-amz-date']);
    const at = Date.parse(time.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
    expect(await verifier(at)(request)).toMatchObject({
      accessKeyId: KEY,
      scope: 'run',
      region: 'eu-west-1',
    });
    expect(await refusal({ ...request, body: Buffer.from('{"cluster":"other"}') }, at)).toBe(
      'InvalidSignatureException',
    );
  });

  it('our own client, for a session', async () => {
    const url = new URL('http://h:1/session');
    const headers = { 'x-longshore-region': 'local' };
    const signed = signature(
      { method: 'GET', url, headers, body: '' },
      { accessKeyId: KEY, secretAccessKey: SECRET },
      'local',
      AT,
    );
    const request = {
      method: 'GET',
      url: '/session',
      headers: { ...headers, ...signed, host: 'h:1' },
      body: Buffer.alloc(0),
    };
    expect(await verifier()(request)).toMatchObject({ accessKeyId: KEY });
    expect(await refusal({ ...request, url: '/metrics' })).toBe('InvalidSignatureException');
  });

  it('within five minutes of this clock', async () => {
    expect(await refusal(cli, AT + 5 * MINUTES)).toBe('let in');
    expect(await refusal(cli, AT - 5 * MINUTES)).toBe('let in');
  });

  it('and not by what was kept of another key, region or day', async () => {
    const verify = bothSteps({
      findKey: async (id) => ({ secretAccessKey: id === KEY ? SECRET : 'other', scope: 'read' }),
      clock: () => AT,
    });
    await verify(cli);
    await expect(verify(authorized(KEY, 'AKIDOTHER'))).rejects.toMatchObject({
      code: 'InvalidSignatureException',
    });
    await expect(verify(authorized('eu-west-1', 'eu-west-2'))).rejects.toMatchObject({
      code: 'InvalidSignatureException',
    });
    await expect(verify(cli)).resolves.toMatchObject({ accessKeyId: KEY });
  });
});

describe('a request is refused', () => {
  const flipped = cli.headers.authorization?.slice(-1) === '3' ? '4' : '3';
  it.each<[string, string, SentRequest, number?]>([
    ['without a signature', 'MissingAuthenticationTokenException', changed({ authorization: undefined })],
    ['with an empty one', 'MissingAuthenticationTokenException', changed({ authorization: '' })],
    ['of a key that nobody knows', 'UnrecognizedClientException', authorized(KEY, 'AKIDNOBODY')],
    ['with a changed signature', 'InvalidSignatureException', authorized(/.$/, flipped)],
    [
      'with a changed body',
      'InvalidSignatureException',
      { ...cli, body: Buffer.from('{"cluster": "prod"}') },
    ],
    ['without its body', 'InvalidSignatureException', { ...cli, body: Buffer.alloc(0) }],
    [
      'that asks for another operation',
      'InvalidSignatureException',
      changed({ 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DeleteCluster' }),
    ],
    ['sent to another host', 'InvalidSignatureException', changed({ host: 'elsewhere' })],
    ['sent to another path', 'InvalidSignatureException', { ...cli, url: '/session' }],
    ['with a query', 'InvalidSignatureException', { ...cli, url: '/?a=b' }],
    ['with another method', 'InvalidSignatureException', { ...cli, method: 'GET' }],
    ['that has expired', 'InvalidSignatureException', cli, AT + 5 * MINUTES + 1000],
    ['that is not current yet', 'InvalidSignatureException', cli, AT - 5 * MINUTES - 1000],
    ['whose scope has another day', 'InvalidSignatureException', authorized('/20261127/', '/20261126/')],
    ['whose scope has another region', 'InvalidSignatureException', authorized('eu-west-1', 'us-east-1')],
    ['for another service', 'InvalidSignatureException', authorized('/ecs/', '/s3/')],
    ['with its time changed', 'InvalidSignatureException', changed({ 'x-amz-date': '20261127T070825Z' })],
    ['without its time', 'IncompleteSignatureException', changed({ 'x-amz-date': undefined })],
    ['with a time that is none', 'IncompleteSignatureException', changed({ 'x-amz-date': 'now' })],
    ['whose target is not signed', 'IncompleteSignatureException', authorized(';x-amz-target', '')],
    ['whose host is not signed', 'IncompleteSignatureException', authorized('host;', '')],
    ['whose time is not signed', 'IncompleteSignatureException', authorized('x-amz-date;', '')],
    ['with another algorithm', 'IncompleteSignatureException', authorized('AWS4-HMAC-SHA256', 'AWS4-ECDSA')],
    ['with a password', 'IncompleteSignatureException', changed({ authorization: 'Basic YTpi' })],
    ['without its credential', 'IncompleteSignatureException', authorized(/Credential=\S+ /, '')],
    [
      'with two credentials',
      'IncompleteSignatureException',
      authorized(
        `Credential=${KEY}/`,
        `Credential=${KEY}/20261127/us-east-1/ecs/aws4_request, Credential=${KEY}/`,
      ),
    ],
    [
      'with two lists of signed headers',
      'IncompleteSignatureException',
      authorized('SignedHeaders=', 'SignedHeaders=host;x-longshore-nonce, SignedHeaders='),
    ],
    ['without its signed headers', 'IncompleteSignatureException', authorized(/SignedHeaders=\S+ /, '')],
    ['without its proof', 'IncompleteSignatureException', authorized(/, Signature=.*/, '')],
    ['with half a proof', 'IncompleteSignatureException', authorized(/.{32}$/, '')],
    ['with a proof that is none', 'IncompleteSignatureException', authorized(/.{64}$/, 'z'.repeat(64))],
    ['with too short a scope', 'IncompleteSignatureException', authorized('/eu-west-1', '')],
    ['with a scope of another kind', 'IncompleteSignatureException', authorized('aws4_request', 'aws5')],
  ])('%s: %s', async (_what, code, request, at) => expect(await refusal(request, at)).toBe(code));

  it.each([
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 ',
    'AWS4-HMAC-SHA256 ,,,,',
    'AWS4-HMAC-SHA256 =,=,=',
    'AWS4-HMAC-SHA256 Credential=/////',
    `AWS4-HMAC-SHA256 Credential=${'a'.repeat(10_000)}/20261127/r/ecs/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    'AWS4-HMAC-SHA256 __proto__=a, constructor=b',
    '\u0000\u0001',
    ' ',
  ])('with garbage: %j', async (authorization) => {
    expect(await refusal(changed({ authorization }))).toBe('IncompleteSignatureException');
  });

  it('without a word about the secret or the signature that would have been right', async () => {
    const told = await verifier()(authorized(/.$/, flipped)).catch((error: Error) => error.message);
    expect(told).toContain('does not match');
    expect(told).not.toContain(SECRET);
    expect(told).not.toMatch(/[0-9a-f]{64}/);
  });
});

it.each([
  [cli.headers.authorization, 'eu-west-1'],
  [undefined, undefined],
  ['Credential=a/20261127/', undefined],
  ['Credential=a/20261127/../', undefined],
  ['Basic YTpi', undefined],
])("the region is that of the signature's scope: %s", (authorization, region) => {
  expect(regionOf(authorization)).toBe(region);
});

/** What the SDK hands to the network. */
async function sentBySdk(endpoint: string, sessionToken: string | undefined): Promise<SentRequest> {
  interface Handed {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: Uint8Array;
  }
  let handed: Handed | undefined;
  const client = new ECSClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: KEY, secretAccessKey: SECRET, ...(sessionToken && { sessionToken }) },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: Handed) => {
        handed = request;
        throw new Error('not sent');
      },
    } as never,
  });
  await client.send(new ListTasksCommand({ cluster: 'web' })).catch(() => undefined);
  if (handed === undefined) throw new Error('the SDK has sent nothing');
  const { method, path, headers, body } = handed;
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method,
    url: path,
    headers: Object.fromEntries(lower) as never,
    body: Buffer.from(new Uint8Array(body)),
  };
}
