import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Where a session was opened with an access key, each side proves with every frame that it has the secret of that key: who is
 * on the way of plain HTTP, or stands between as a server of the same name, can read the session and cut it off, and neither
 * change nor take it over.
 */

/**
 * In the server's answer to the upgrade: what it adds to the key of this session, so that what was recorded of another fits none,
 * and after a `.` the proof that it has the secret.
 */
export const SEAL_HEADER = 'x-longshore-seal';

/** Bytes of a seal. */
export const SEALED = 16;

/** What one side adds to its frames, one after the other, and the other side compares. */
export class Seal {
  private count = 0n;

  constructor(private readonly key: Buffer) {}

  /** Of the next frame, in parts. */
  next(...frame: readonly Buffer[]): Buffer {
    const count = Buffer.alloc(8);
    count.writeBigUInt64BE(this.count++);
    return hmac(this.key, count, ...frame).subarray(0, SEALED);
  }

  fits(frame: Buffer, seal: Buffer): boolean {
    return seal.length === SEALED && timingSafeEqual(this.next(frame), seal);
  }
}

/** Of what the client sends, and of what the server does. */
export interface Seals {
  client: Seal;
  server: Seal;
  /** The header's value. */
  header: string;
}

/**
 * `signature`: that the session was opened with, in hex, which is good once and for one server. `salt`: the server's, in hex.
 */
export function sealsOf(secretAccessKey: string, signature: string, salt: string): Seals {
  const key = hmac(`LONGSHORE${secretAccessKey}`, `${signature}.${salt}`);
  return {
    client: new Seal(hmac(key, 'client')),
    server: new Seal(hmac(key, 'server')),
    header: `${salt}.${hmac(key, 'opened').toString('hex')}`,
  };
}

/** As the server's answer has it; undefined where whoever answers doesn't have the secret. */
export function sealsFrom(header: string, secretAccessKey: string, signature: string): Seals | undefined {
  const [salt = ''] = header.split('.', 1);
  const seals = sealsOf(secretAccessKey, signature, salt);
  const [given, own] = [Buffer.from(header), Buffer.from(seals.header)];
  return given.length === own.length && timingSafeEqual(given, own) ? seals : undefined;
}

function hmac(key: string | Buffer, ...parts: readonly (string | Buffer)[]): Buffer {
  const made = createHmac('sha256', key);
  for (const part of parts) made.update(part);
  return made.digest();
}
