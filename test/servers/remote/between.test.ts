import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { encodeFrame } from '../../../src/lib/protocol/frames.js';
import { encodeMessage, PROTOCOL } from '../../../src/lib/protocol/messages.js';
import { openUpgrade } from '../../../src/lib/remote/upgrade.js';
import { close, open } from '../server/raw.js';
import { clientOf } from './kit.js';

const ends: (() => void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await close();
});

/** Stands between a client and a server, and passes all on; `meddle` has the way to the server once a session is open. */
async function between(port: number, meddle: (server: Socket) => void = () => undefined): Promise<string> {
  const relay = createServer((client) => {
    const server = connect({ port, host: '127.0.0.1' });
    client.pipe(server);
    server.pipe(client);
    server.on('data', (chunk: Buffer) => {
      if (chunk.includes('101 Switching')) meddle(server);
    });
    for (const one of [client, server]) one.on('error', () => undefined);
    ends.push(
      () => client.destroy(),
      () => server.destroy(),
    );
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  ends.push(() => relay.close());
  return `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
}

const create = (clusterName: string) => ({
  type: 'call',
  operation: 'CreateCluster',
  input: { clusterName },
});

it('who stands between passes a session on', async () => {
  const { signed, keys } = await open();
  const { engine } = clientOf(await between(signed), { credentials: keys.admin });
  expect(await engine.call('ListClusters', {})).toMatchObject({ clusterArns: [expect.any(String)] });
  await engine.close();
});

it('who stands between has nothing done with it', async () => {
  const { signed, keys, made } = await open();
  const message = encodeMessage(create('evil') as never);
  const url = await between(signed, (server) =>
    server.write(encodeFrame({ kind: 'message', id: 1, content: message })),
  );
  const { engine } = clientOf(url, { credentials: keys.admin, patience: { lost: 0, crowded: 0 } });
  await expect(engine.call('CreateCluster', { clusterName: 'good' })).rejects.toThrow('was lost');
  await engine.close();
  const { clusters } = await made.engine.call('DescribeClusters', { clusters: ['evil', 'good'] });
  expect(clusters).toEqual([]);
});

it.each([
  ['nothing', undefined],
  ['something', `${'0'.repeat(32)}.${'0'.repeat(64)}`],
])('who does not have the secret, and proves that by %s, is told nothing', async (_what, seal) => {
  let heard = '';
  const server = createHttpServer();
  server.on('upgrade', (_request, socket) => {
    const header = seal === undefined ? '' : `x-longshore-seal: ${seal}\r\n`;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PROTOCOL}\r\n${header}\r\n`,
    );
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const stream = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  const opened = openUpgrade({
    name: 'cluster.example',
    // As of another machine, whatever the way there is.
    url: new URL('https://cluster.example'),
    stream,
    verify: true,
    credentials: { accessKeyId: 'LSAK1', secretAccessKey: 'hush' },
    region: 'local',
    userAgent: 'test',
    timeout: 5,
    clock: Date.now,
    signal: new AbortController().signal,
  });
  await expect(opened).rejects.toThrow('answers without knowing the secret of the access key');
  expect(stream.destroyed).toBe(true);
  expect(heard).toBe('');
});
