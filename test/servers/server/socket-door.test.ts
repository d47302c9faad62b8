import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, call, engineThat, served, type Served } from './kit.js';

let dir: string;
let server: Served;
let socketPath: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'longshore-door-'));
  socketPath = join(dir, 's');
  server = await served(
    engineThat(async () => ({ clusterArns: [] }) as never),
    { socket: socketPath, listen: [] },
  );
});
afterEach(async () => {
  await server.end();
  rmSync(dir, { recursive: true });
});

const statusFor = async (headers: Record<string, string>) =>
  (await call('unix:', 'ListClusters', '{}', { socketPath, headers })).status;

it.each(['localhost', 'localhost:18099', '', 'api.moby.localhost', '127.0.0.1:18099', '[::1]', '%2Frun%2Fs'])(
  'is open to clients that call the server %j',
  async (host) => expect(await statusFor({ host })).toBe(200),
);

it.each([
  'evil.example',
  'evil.example:18099',
  'localhost.evil.example',
  'docker',
  '192.0.2.1',
  'xlocalhost',
])('is closed to pages that were loaded from %s, where it is passed on to a port', async (host) =>
  expect(await statusFor({ host })).toBe(403),
);

it('is closed to all other pages', async () => {
  expect(await statusFor({ origin: 'http://localhost:18099' })).toBe(403);
  expect(await statusFor({ origin: 'null' })).toBe(403);
  const headers = { connection: 'Upgrade', upgrade: 'longshore/2', origin: 'https://evil.example' };
  expect((await ask('unix:', { path: '/session', socketPath, headers })).status).toBe(403);
});

it('tells of its health without a body where only the head is asked for', async () => {
  const asked = { path: '/healthz', socketPath };
  const [get, head] = [await ask('unix:', asked), await ask('unix:', { ...asked, method: 'HEAD' })];
  expect(head).toMatchObject({ status: 200, text: '' });
  expect(head.headers['content-length']).toBe(String(get.text.length));
  expect((await ask('unix:', { ...asked, method: 'DELETE' })).status).toBe(404);
});
