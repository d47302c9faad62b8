import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Bodies } from '../../../src/lib/server/body.js';

const MIB = 1024 * 1024;
const ONE = '192.0.2.7 LSAK1';
const request = (headers = {}) => Object.assign(new PassThrough({ highWaterMark: 100 * MIB }), { headers });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

it('keeps no more of all bodies together than there is room for', async () => {
  const bodies = new Bodies();
  const requests = Array.from({ length: 70 }, () => request());
  const read = requests.map((one) =>
    bodies.read(one as never, MIB, ONE).catch((error: Error) => error.message),
  );
  for (const one of requests) one.write(Buffer.alloc(MIB));
  await settled();
  for (const one of requests) one.end();
  const refused = (await Promise.all(read)).filter((body) => body === 'Rate exceeded');
  expect(refused.length).toBeGreaterThanOrEqual(1);
  expect(refused.length).toBeLessThanOrEqual(6);
  // All of it is free again.
  const after = request();
  const body = bodies.read(after as never, MIB, ONE);
  after.end('{}');
  expect((await body).toString()).toBe('{}');
});

it('lets nobody keep others out who sends and does not end', async () => {
  const bodies = new Bodies();
  const held = Array.from({ length: 64 }, () => request());
  const refused: number[] = [];
  for (const [at, one] of held.entries()) {
    bodies.read(one as never, MIB, ONE).catch(() => refused.push(at));
    one.write(Buffer.alloc(MIB - 1));
  }
  await settled();
  expect(refused).toEqual([]);
  for (const sender of ['192.0.2.7 LSAK2', '198.51.100.1 LSAK1']) {
    const other = request();
    const body = bodies.read(other as never, MIB, sender);
    other.end(Buffer.alloc(1000));
    expect(await body).toHaveLength(1000);
  }
  // The first that were there gave way, and no more than had to.
  expect(refused).toEqual([0]);
  for (const one of held) one.destroy();
});

it('refuses what is too large, announced or not, and gives up what is not sent to its end', async () => {
  const bodies = new Bodies();
  await expect(bodies.read(request({ 'content-length': '11' }) as never, 10, ONE)).rejects.toThrow(
    'more than 10 bytes',
  );
  const chunked = request();
  const read = bodies.read(chunked as never, 10, ONE);
  chunked.write('12345678901');
  await expect(read).rejects.toThrow('more than 10 bytes');
  const cut = request();
  const half = bodies.read(cut as never, 10, ONE);
  cut.write('1');
  cut.destroy();
  await expect(half).rejects.toThrow('not sent to its end');
});

it('gives up at once what was cut before it is read', async () => {
  const cut = request();
  cut.write('1');
  cut.destroy();
  await settled();
  await expect(new Bodies().read(cut as never, 10, ONE)).rejects.toThrow('not sent to its end');
});
