import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessScope } from '../api/access.js';
import { type Seals, sealsOf } from '../protocol/seal.js';
import { ALGORITHM, amzTime, proofOf, type Scope, signingKey } from '../api/signature.js';
import { WireError } from './wire.js';

/** Who calls, and what it may do. */
export interface Principal {
  /** undefined where the way in is what lets it in: a socket that only its owner can open. */
  accessKeyId?: string | undefined;
  scope: AccessScope;
  /** That the request was signed for. */
  region?: string | undefined;
  /** Names of the headers that were signed, in lower case; undefined where none had to be. */
  signed?: readonly string[];
  /** Of a session that is opened so; see sealsOf. */
  seals?: (salt: string) => Seals;
}

export interface AccessKey {
  secretAccessKey: string;
  scope: AccessScope;
}

export interface SentRequest {
  method: string;
  /** With the query, as it was sent. */
  url: string;
  headers: IncomingHttpHeaders;
}

/** Who somebody says to be. */
export interface Claim {
  /** undefined where none is needed. */
  accessKeyId?: string | undefined;
  /** What is left to do once the body is there: who signed it. Throws WireError InvalidSignatureException. */
  verify: (body: Buffer) => Principal;
}

export interface AuthenticatorOptions {
  findKey: (accessKeyId: string) => Promise<AccessKey | undefined>;
  /** Epoch milliseconds. */
  clock: () => number;
}

/** Ms that a caller's clock may be off (AWS: 5 minutes). */
const SKEW = 5 * 60_000;
/** Signing keys that are kept: one for each key, day and region. */
const MOST_KEPT = 1000;

/**
 * Verifies Signature Version 4, in two steps: whoever names no key, or a time that is over, is refused before a byte of its
 * body is kept. The codes and texts are AWS's. Throws WireError: MissingAuthenticationTokenException,
 * IncompleteSignatureException, UnrecognizedClientException, InvalidSignatureException.
 */
export function createAuthenticator({ findKey, clock }: AuthenticatorOptions) {
  const kept = new Map<string, Buffer>();

  function keyFor(secret: string, scope: Scope): Buffer {
    const name = `${scope.day}/${scope.region}/${scope.service}/${secret}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    if (kept.size >= MOST_KEPT) kept.clear();
    const key = signingKey(secret, scope);
    kept.set(name, key);
    return key;
  }

  return async ({ method, url, headers }: SentRequest): Promise<Claim> => {
    const given = authorizationOf(headers.authorization);
    const { accessKeyId, scope, names, proof } = given;
    const time = timeOf(headers, scope, clock());
    for (const needed of ['host', 'x-amz-date', 'x-amz-target'])
      if (headers[needed] !== undefined && !names.includes(needed))
        throw incomplete(`'${needed}' must be a 'SignedHeader' in the AWS Authorization.`);
    const key = await findKey(accessKeyId);
    if (key === undefined)
      throw new WireError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    const [path = '/', query = ''] = url.split('?', 2);
    const signed = names.map((name) => [name, valueOf(headers, name)] as const);
    const signingWith = keyFor(key.secretAccessKey, scope);
    const verify = (body: Buffer): Principal => {
      const request = { method, path, query, headers: signed, body, time, scope };
      if (timingSafeEqual(proofOf(request, signingWith), proof))
        return {
          accessKeyId,
          scope: key.scope,
          region: scope.region,
          signed: names,
          seals: (salt) => sealsOf(key.secretAccessKey, proof.toString('hex'), salt),
        };
      throw invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      );
    };
    return { accessKeyId, verify };
  };
}

/** The region that a request names that need not be signed. */
export const regionOf = (authorization: string | undefined): string | undefined =>
  /Credential=[^/,\s]+\/\d{8}\/([a-zA-Z0-9-]{1,64})\//.exec(authorization ?? '')?.[1];

function authorizationOf(text: string | undefined) {
  if (text === undefined || text === '')
    throw new WireError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (!text.startsWith(`${ALGORITHM} `)) throw incomplete(`Unsupported AWS 'algorithm'.`);
  const pairs = text
    .slice(ALGORITHM.length)
    .split(',')
    .map((part) => part.trim().split('=', 2) as [string, string]);
  const parts = new Map(pairs);
  // Nobody is to read another one of two than is verified.
  if (parts.size < pairs.length) throw incomplete('Authorization header has a parameter twice.');
  const part = (name: string) => {
    const value = parts.get(name);
    if (value) return value;
    throw incomplete(`Authorization header requires '${name}' parameter.`);
  };
  const credential = /^([\w-]{1,128})\/(\d{8})\/([\w-]{1,64})\/([\w-]{1,64})\/aws4_request$/.exec(
    part('Credential'),
  );
  if (credential === null) throw incomplete('Credential must have exactly 5 slash-delimited elements.');
  const [, accessKeyId = '', day = '', region = '', service = ''] = credential;
  const proof = part('Signature');
  if (!/^[0-9a-f]{64}$/.test(proof)) throw incomplete("'Signature' is no signature.");
  if (service !== 'ecs') throw invalid("Credential should be scoped to correct service: 'ecs'.");
  return {
    accessKeyId,
    scope: { day, region, service },
    names: part('SignedHeaders').toLowerCase().split(';'),
    proof: Buffer.from(proof, 'hex'),
  };
}

function timeOf(headers: IncomingHttpHeaders, scope: Scope, now: number): string {
  const time = valueOf(headers, 'x-amz-date');
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (match === null)
    throw incomplete("Authorization header requires existence of a valid 'X-Amz-Date' header.");
  const [, year, month, day, hours, minutes, seconds] = match.map(Number) as [number, ...number[]];
  const at = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hours, minutes, seconds);
  if (!time.startsWith(scope.day))
    throw invalid(`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP`);
  if (at < now - SKEW)
    throw invalid(
      `Signature expired: ${time} is now earlier than ${amzTime(now - SKEW)} (${amzTime(now)} - 5 min.)`,
    );
  if (at > now + SKEW)
    throw invalid(
      `Signature not yet current: ${time} is still later than ${amzTime(now + SKEW)} (${amzTime(now)} + 5 min.)`,
    );
  return time;
}

function valueOf(headers: IncomingHttpHeaders, name: string): string {
  // The caller names them: `constructor` is no header.
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

const incomplete = (message: string) => new WireError('IncompleteSignatureException', message);
const invalid = (message: string) => new WireError('InvalidSignatureException', message);
