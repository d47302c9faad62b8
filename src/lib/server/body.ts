import type { IncomingMessage } from 'node:http';
import { WireError } from './wire.js';

/** A request's body. Throws WireError where it has more than `most` bytes: the rest is not read. */
export function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > most) return Promise.reject(tooLarge(most));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) return void chunks.push(chunk);
      request.removeAllListeners('data');
      request.resume();
      reject(tooLarge(most));
    });
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once('error', reject);
  });
}

const tooLarge = (most: number) =>
  new WireError(
    'RequestEntityTooLargeException',
    `The body of the request has more than ${most} bytes.`,
    413,
  );
