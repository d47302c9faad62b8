import { Writable } from 'node:stream';
import { AccessKeys } from '../../src/lib/engine/access-keys.js';
import { serveEngine } from '../../src/lib/engine/serving/served-engine.js';
import { serve, type ServeOptions } from '../../src/lib/server/serve.js';
import type { Credentials } from '../../src/lib/api/signature.js';
import { cluster, definition, type Kit } from '../unit/engine/kit.js';

/** A server over a state and hosts in memory, with two ways in: where requests are signed, and where they need not be. */
export interface Target {
  made: Kit;
  signed: number;
  unsigned: number;
  keys: Record<'admin' | 'run' | 'read', Credentials>;
  /** What it logs, a line each. */
  log: string[];
  stop(): Promise<void>;
}

export async function openTarget(options: Partial<ServeOptions> = {}): Promise<Target> {
  const made = await cluster(['web1', 'web2']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const keyOf = async (scope: 'admin' | 'run' | 'read'): Promise<Credentials> => {
    const { accessKey } = await made.engine.call('CreateAccessKey', { scope });
    return { accessKeyId: accessKey.accessKeyId, secretAccessKey: accessKey.secretAccessKey };
  };
  const keys = { admin: await keyOf('admin'), run: await keyOf('run'), read: await keyOf('read') };
  const log: string[] = [];
  const logTo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // What is as it should be is of no interest, and a long run has much of it.
      const line = chunk.toString();
      if (log.length < 1000 || line.includes('"level":"error"')) log.push(line);
      done();
    },
  });
  const ending = new AbortController();
  const ports: number[] = [];
  const begin = (unsigned: boolean): Promise<Promise<void>> =>
    new Promise((resolve, reject) => {
      const running = serve(
        {
          socket: undefined,
          listen: [{ host: '127.0.0.1', port: 0 }],
          unsigned,
          patience: 1,
          logLevel: 'info',
          logTo,
          version: '0',
          keep: false,
          ...options,
          onListening: ([place = '']) => {
            ports.push(Number(new URL(place).port));
            resolve(running as never);
          },
        },
        {
          open: async () => ({
            engine: serveEngine(made.ctx, async () => undefined),
            keys: new AccessKeys(made.ctx),
          }),
        },
        ending.signal,
      );
      running.catch(reject);
    });
  const running: Promise<void>[] = [];
  // A promise that is resolved with another waits for it: each goes on in the background.
  for (const unsigned of [false, true]) {
    const before = ports.length;
    const one = begin(unsigned).then(() => undefined);
    running.push(one);
    await Promise.race([one, until(() => ports.length > before)]);
  }
  const [signed = 0, unsigned = 0] = ports;
  return {
    made,
    signed,
    unsigned,
    keys,
    log,
    async stop() {
      ending.abort(new Error('over'));
      await Promise.all(running);
      await made.engine.close();
    },
  };
}

async function until(there: () => boolean): Promise<void> {
  while (!there()) await new Promise((resolve) => setTimeout(resolve, 5));
}
