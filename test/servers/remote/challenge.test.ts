import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { openUpgrade } from '../../../src/lib/remote/upgrade.js';

const CHALLENGE = 'c0ffee'.repeat(5);

/** Opens a session with a server that takes all, and gives the nonce that it was signed with. */
async function nonceOf(challenge: string | undefined, signs: boolean): Promise<string> {
  let nonce = '';
  const server = createServer((_request, response) => {
    if (challenge !== undefined) response.setHeader('x-longshore-challenge', challenge);
    response.writeHead(401).end('no');
  });
  server.on('upgrade', ({ headers }, socket) => {
    nonce = String(headers['x-longshore-nonce']);
    expect(headers.authorization?.includes('x-longshore-nonce')).toBe(signs ? true : undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: longshore/2\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { socket } = await openUpgrade({
    name: 'the server',
    url: new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
    verify: true,
    ...(signs && { credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }),
    region: 'local',
    userAgent: 'test',
    timeout: 5,
    clock: Date.now,
    signal: new AbortController().signal,
  });
  socket.destroy();
  server.close();
  return nonce;
}

it("signs a session for the server that it is meant for: with that server's challenge", async () => {
  expect(await nonceOf(CHALLENGE, true)).toMatch(new RegExp(`^${CHALLENGE}\\.[0-9a-f-]{36}$`));
});

it.each([
  ['nobody asks who it is', CHALLENGE, false],
  ['the server has no challenge', undefined, true],
  ['the challenge is none', 'a.b\u00e9', true],
])('opens one without where %s', async (_why, challenge, signs) => {
  expect(await nonceOf(challenge, signs)).toMatch(/^[0-9a-f-]{36}$/);
});
