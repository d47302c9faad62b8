import { join } from 'node:path';
import type { TestCluster } from '../hosts/cluster.js';
import { waitUntil } from '../hosts/wait.js';
import { type Command, User } from './longshore.js';

/** The socket of a server on web1, where a client finds it by itself. */
export const socketOn = (cluster: TestCluster): string =>
  join(cluster.host('web1').root, 'run/longshore/longshore.sock');

/** A server on the owner's state, once it says that it listens. */
export async function startServer(
  owner: User,
  socket: string,
  words: readonly string[],
  listening = /listening on/,
): Promise<Command> {
  const command = owner.start(['serve', '--socket', socket, ...words], { timeoutMs: 600_000 });
  await waitUntil('listening', 20_000, () => listening.test(command.printed.stderr));
  return command;
}

/** Who has a state of its own, which stays empty, and the way to the server on web1. */
export const colleagueOf = (cluster: TestCluster): User =>
  new User(cluster, { env: { LONGSHORE_STATE: undefined, LONGSHORE_ENDPOINT: 'ssh://root@web1' } });

/** Ends the server in order. */
export async function endServer(server: Command | undefined): Promise<void> {
  server?.signal('SIGTERM');
  await server?.outcome;
}
