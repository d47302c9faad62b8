import type { IncomingMessage } from 'node:http';
import { WireError } from './wire.js';

/** Bytes of bodies that are kept for all requests together. */
const MOST_KEPT = 64 * 1024 * 1024;

/** Reads bodies, and bounds what they take together. */
export class Bodies {
  private kept = 0;

  /**
   * A request's body. Throws WireError where it has more than `most` bytes, or all that are being sent more than there is room
   * for: the rest is not kept.
   */
  read(request: IncomingMessage, most: number): Promise<Buffer> {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > most) return Promise.reject(tooLarge(most));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const take = (chunk: Buffer) => {
        size += chunk.length;
        this.kept += chunk.length;
        if (size > most) fail(tooLarge(most));
        else if (this.kept > MOST_KEPT) fail(new WireError('ThrottlingException', 'Rate exceeded'));
        else chunks.push(chunk);
      };
      const settle = () => {
        this.kept -= size;
        size = 0;
        request.off('data', take);
      };
      const fail = (error: Error) => {
        settle();
        chunks.length = 0;
        request.resume();
        reject(error);
      };
      request.on('data', take);
      request.once('end', () => {
        settle();
        resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      });
      const cut = () => fail(new WireError('RequestAborted', 'The request was not sent to its end.'));
      request.once('error', cut);
      request.once('close', cut);
    });
  }
}

const tooLarge = (most: number) =>
  new WireError(
    'RequestEntityTooLargeException',
    `The body of the request has more than ${most} bytes.`,
    413,
  );
