import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Lock = { release(): Promise<void> };

export type LockOptions = {
  /** Milliseconds to wait for another holder; default 10 minutes. */
  timeoutMs?: number;
  /** Told once, with the holder's process id, when there is something to wait for. */
  onWait?: (holder: string) => void;
};

/**
 * Hold a name that only one process of this machine can hold.
 *
 * The lock is a listening Unix socket in Linux's abstract name space: no file, and the kernel lets go of it when the
 * holder dies in whatever way, so that there are no stale locks. Who connects is told the holder's process id.
 */
export async function holdLock(name: string, options: LockOptions = {}): Promise<Lock> {
  const deadline = Date.now() + (options.timeoutMs ?? 600_000);
  let told = false;
  for (;;) {
    const server = await listen(name);
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    if (Date.now() > deadline) {
      throw new Error(`The test hosts are in use by process ${await holderOf(name)}; wait for it or end it.`);
    }

    if (!told) {
      told = true;
      options.onWait?.(await holderOf(name));
    }

    await sleep(100);
  }
}

function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(String(process.pid));
    });
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(`\0longshore-test-${name}`, () => resolve(server));
  });
}

function holderOf(name: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(`\0longshore-test-${name}`);
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer || 'unknown'));
  });
}
