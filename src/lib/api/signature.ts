import { createHmac, hash } from 'node:crypto';

/**
 * Signature Version 4, as AWS's IAM user guide describes it ("Create a signed AWS API request"): what signs a request and
 * what is compared where one is verified.
 */

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface ToSign {
  /** Default: POST */
  method?: string;
  url: URL;
  /** Names in lower case; all of them are signed, and `host` besides. */
  headers: Record<string, string>;
  body: string;
}

/** What a signature is for: `DAY/REGION/SERVICE/aws4_request`. */
export interface Scope {
  /** `20260131` */
  day: string;
  region: string;
  service: string;
}

/** A request as it is signed. */
export interface SignedRequest {
  method: string;
  /** As it was sent: percent-encoded, without a query. */
  path: string;
  /** Without the question mark. */
  query: string;
  /** Those that are signed, in lower case and in order, with their values. */
  headers: readonly (readonly [name: string, value: string])[];
  body: string | Buffer;
  /** `20260131T120000Z` */
  time: string;
  scope: Scope;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The headers that sign a request to ECS. `at`: epoch milliseconds. */
export function signature(
  { method = 'POST', url, headers, body }: ToSign,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  region: string,
  at: number,
): Record<string, string> {
  const time = amzTime(at);
  const added = {
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const signed = Object.entries({ ...headers, ...added, host: url.host }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const scope = { day: time.slice(0, 8), region, service: 'ecs' };
  const { pathname: path, search } = url;
  const request = { method, path, query: search.slice(1), headers: signed, body, time, scope };
  const proof = proofOf(request, signingKey(secretAccessKey, scope)).toString('hex');
  const names = signed.map(([name]) => name).join(';');
  const credential = `Credential=${accessKeyId}/${scopeText(scope)}`;
  return {
    ...added,
    authorization: `${ALGORITHM} ${credential}, SignedHeaders=${names}, Signature=${proof}`,
  };
}

/** `20260131T120000Z`; `at`: epoch milliseconds. */
export const amzTime = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

/** What a secret makes of a scope; it may be kept for a day. */
export const signingKey = (secretAccessKey: string, { day, region, service }: Scope): Buffer =>
  [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`) as Buffer;

/** The signature itself, 32 bytes. */
export function proofOf(request: SignedRequest, key: Buffer): Buffer {
  const { time, scope } = request;
  return hmac(key, [ALGORITHM, time, scopeText(scope), sha256(canonicalRequest(request))].join('\n'));
}

function canonicalRequest({ method, path, query, headers, body }: SignedRequest): string {
  const lines = headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}\n`).join('');
  const names = headers.map(([name]) => name).join(';');
  return [method, canonicalPath(path), canonicalQuery(query), lines, names, sha256(body)].join('\n');
}

/** Encoded once more than in the URL, as for all services but S3. */
const canonicalPath = (path: string): string =>
  path === '/' ? path : path.split('/').map(encoded).join('/');

const encoded = (part: string): string => encodeURIComponent(part).replace(/[!'()*]/g, percent);

const percent = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

const canonicalQuery = (query: string): string =>
  query === ''
    ? ''
    : [...new URLSearchParams(query)]
        .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
        .sort()
        .join('&');

const scopeText = ({ day, region, service }: Scope): string => `${day}/${region}/${service}/aws4_request`;

const sha256 = (text: string | Buffer): string => hash('sha256', text);

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
