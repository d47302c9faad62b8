import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Bodies } from '../../../src/lib/server/body.js';

const MIB = 1024 * 1024;
const request = (headers = {}) => Object.assign(new PassThrough({ highWaterMark: 100 * MIB }), { headers });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

it('keeps no more of all bodies together than there is room for', async () => {
  const bodies = new Bodies();
  const requests = Array.from({ length: 70 }, () => request());
  const read = requests.map((one) => bodies.read(one as never, MIB).catch((error: Error) => error.message));
  for (const one of requests) one.write(Buffer.alloc(MIB));
  await settled();
  for (const one of requests) one.end();
  const refused = (await Promise.all(read)).filter((body) => body === 'Rate exceeded');
  expect(refused.length).toBeGreaterThanOrEqual(1);
  expect(refused.length).toBeLessThanOrEqual(6);
  // All of it is free again.
  const after = request();
  const body = bodies.read(after as never, MIB);
  after.end('{}');
  expect((await body).toString()).toBe('{}');
});

it('refuses what is too large, announced or not, and gives up what is not sent to its end', async () => {
  const bodies = new Bodies();
  await expect(bodies.read(request({ 'content-length': '11' }) as never, 10)).rejects.toThrow(
    'more than 10 bytes',
  );
  const chunked = request();
  const read = bodies.read(chunked as never, 10);
  chunked.write('12345678901');
  await expect(read).rejects.toThrow('more than 10 bytes');
  const cut = request();
  const half = bodies.read(cut as never, 10);
  cut.write('1');
  cut.destroy();
  await expect(half).rejects.toThrow('not sent to its end');
});
