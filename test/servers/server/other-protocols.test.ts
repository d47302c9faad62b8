import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask, close, line, open, text } from './raw.js';

afterEach(close);

describe('other protocols that are wished for', () => {
  const h2c = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };

  it('are ignored', async () => {
    const { signed, keys } = await open();
    const long = { operation: 'DescribeClusters', input: { clusters: ['x'.repeat(50_000)] } };
    expect(
      await ask(signed, { credentials: keys.read, headers: { ...h2c, connection: 'upgrade, close' } }),
    ).toMatch(/^HTTP\/1\.1 200 /);
    expect(
      await ask(signed, {
        ...long,
        credentials: keys.read,
        headers: { ...h2c, connection: 'close, Upgrade' },
      }),
    ).toContain('(50000 characters)');
  });

  it('are ignored on each request of a connection', async () => {
    const { unsigned } = await open();
    const warned = vi.fn();
    process.on('warning', warned);
    const { socket, came } = line(unsigned);
    for (let count = 1; count <= 30; count++) {
      const request = text(unsigned, { headers: h2c });
      const half = request.length - 1;
      socket.write(request.slice(0, half));
      if (count % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      socket.write(request.slice(half));
      await expect.poll(() => came().split('HTTP/1.1 200 OK').length - 1, { interval: 2 }).toBe(count);
    }
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});
