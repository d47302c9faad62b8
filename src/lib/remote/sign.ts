import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface ToSign {
  url: URL;
  /** Names in lower case; all of them are signed, and `host` besides. */
  headers: Record<string, string>;
  body: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * The headers that sign a POST request to ECS: Signature Version 4, as AWS's IAM user guide describes it ("Create a
 * signed AWS API request"). `at`: epoch milliseconds.
 */
export function signature(
  { url, headers, body }: ToSign,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  region: string,
  at: number,
): Record<string, string> {
  const time = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const added = {
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const signed = Object.entries({ ...headers, ...added, host: url.host }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}\n`).join('');
  const request = ['POST', canonicalPath(url), '', lines, names, sha256(body)].join('\n');
  const scope = `${day}/${region}/ecs/aws4_request`;
  const key = [day, region, 'ecs', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const proof = hmac(key, [ALGORITHM, time, scope, sha256(request)].join('\n')).toString('hex');
  const credential = `Credential=${accessKeyId}/${scope}`;
  return {
    ...added,
    authorization: `${ALGORITHM} ${credential}, SignedHeaders=${names}, Signature=${proof}`,
  };
}

/** Encoded once more than in the URL, as for all services but S3. */
const canonicalPath = ({ pathname }: URL): string =>
  pathname
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, percent))
    .join('/');

const percent = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
