import type { Duplex } from 'node:stream';
import { serverSocketName, systemServerSocket } from '../api/server-socket.js';
import { Failure } from './failures.js';
import { runProgram } from './remote-program.js';
import type { SshLink } from './ssh-link.js';

/** The default places, in the order in which longshore serve would take them: those where a socket is that this user may use. */
const findSockets = `sh -c 'for s in "$LONGSHORE_SOCKET" "$XDG_RUNTIME_DIR/${serverSocketName}" "/run/user/$(id -u)/${serverSocketName}" "\${XDG_STATE_HOME:-$HOME/.local/state}/longshore/${serverSocketName}" ${systemServerSocket}; do if [ -S "$s" ] && [ -w "$s" ]; then echo "$s"; fi; done'`;

/** Linux's table of Unix sockets. */
const readSockets = 'cat /proc/net/unix';

/**
 * A stream to a longshore server's socket on a host: at `path`, or at the first of the default places where one answers;
 * a server that was killed leaves its socket's file behind. Throws Failure.
 */
export async function openServerSocketOn(link: SshLink, path?: string): Promise<Duplex> {
  const places = path === undefined ? await socketsOf(link) : [path];
  let refusal: Error | undefined;
  for (const place of places) {
    try {
      return await link.openUnixSocket(place);
    } catch (error) {
      if (error instanceof Failure || isDropped(error)) throw error;
      refusal ??= error as Error;
    }
  }
  const [first] = places;
  if (first === undefined) throw new Failure('no-server', {});
  // sshd says the same of a socket where nobody listens and of one that it may not forward to.
  const heard = await listeningSockets(link);
  const alive = places.find((place) => heard.has(place));
  if (alive !== undefined) throw new Failure('no-forwarding', { path: alive }, { cause: refusal });
  const details = { path: places.join(', '), detail: refusal?.message };
  throw new Failure('no-server', details, { cause: refusal });
}

async function socketsOf(link: SshLink): Promise<string[]> {
  const { stdout } = await runProgram(link, findSockets);
  return [...new Set(stdout.split('\n').filter((line) => line !== ''))];
}

async function listeningSockets(link: SshLink): Promise<ReadonlySet<string>> {
  const answer = await runProgram(link, readSockets).catch(() => undefined);
  return pathsThatListen(answer?.stdout ?? '');
}

/** __SO_ACCEPTCON of Linux's include/linux/net.h: somebody listens. */
const ACCEPTS = 0x10000;

/** The paths of listening sockets in /proc/net/unix: `Num: RefCount Protocol Flags Type St Inode Path`, see proc(5). */
export function pathsThatListen(table: string): ReadonlySet<string> {
  const paths = table.split('\n').flatMap((line) => {
    const [, flags = '', path] = /^\S+: \S+ \S+ (\S+) \S+ \S+ +\d+ (\/.*)$/.exec(line) ?? [];
    return path !== undefined && (Number.parseInt(flags, 16) & ACCEPTS) !== 0 ? [path] : [];
  });
  return new Set(paths);
}

const isDropped = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ECONNRESET';
