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

  it('are ignored where what speaks for a proxy wishes for them, too', async () => {
    const { signed, unsigned, keys } = await open();
    const asked = {
      credentials: keys.read,
      headers: { ...h2c, connection: 'close', 'proxy-connection': 'upgrade' },
    };
    expect(await ask(signed, asked)).toMatch(/^HTTP\/1\.1 200 /);
    // As a stranger has no body to send.
    const { socket, came } = line(unsigned);
    socket.write(
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nProxy-Connection: upgrade\r\nUpgrade: h2c\r\n\r\n',
    );
    await expect.poll(came).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('are ignored among more headers than Node.js keeps by itself, with the body whole', async () => {
    const { unsigned } = await open();
    const many = Object.fromEntries(Array.from({ length: 2100 }, (_, at) => [`${at}`, '']));
    const { socket, came } = line(unsigned);
    const asked = text(unsigned, { input: { maxResults: 1 }, headers: h2c });
    // Its length comes last.
    const length = /content-length: \d+\r\n/.exec(asked)?.[0] ?? '';
    const fill = Object.keys(many).map((name) => `${name}:\r\n`);
    socket.write(asked.replace(length, '').replace('\r\n\r\n', `\r\n${fill.join('')}${length}\r\n`));
    await expect.poll(came).toMatch(/^HTTP\/1\.1 200 .*clusterArns/s);
    expect(came()).not.toContain('400');
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
