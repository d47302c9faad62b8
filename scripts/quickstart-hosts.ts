import { acquire } from '../test/hosts/acquire.js';
import { checkoutRoot } from '../test/hosts/identity.js';
import { canRunHosts } from '../test/hosts/packages.js';
import { findLocalEngine, localPlayground } from './quickstart-local.js';

/** Hosts to try Longshore on, and what goes with them. */
export interface Playground {
  /** In words. */
  what: string;
  cluster: string;
  /** As `create-cluster --hosts` takes them. */
  hosts: string[];
  /** Another cluster has marked them as its own: both see what the other takes. */
  isShared: boolean;
  /** What the commands need in their environment. */
  env: Record<string, string>;
  /** An image that all hosts have, with busybox in it. */
  image: string;
  /** Removes everything that the quickstart made. */
  close(): Promise<void>;
}

/** This machine can't run the quickstart; the message says what to install. */
export class NowhereToRun extends Error {}

/** The engine of this machine if one answers, else real test hosts. Throws NowhereToRun. */
export async function findPlayground(
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<Playground> {
  const local = await findLocalEngine(env['DOCKER_HOST']);
  if ('socket' in local) return localPlayground(local.socket, checkoutRoot);
  const verdict = canRunHosts();
  if (verdict.ok) return testHosts(log);
  throw new NowhereToRun(
    [
      'There are no hosts to run on. Longshore needs one of these:',
      `  - a Docker engine on this machine; but ${local.reason}.`,
      '    On Debian or Ubuntu: apt-get install docker.io; elsewhere: https://docs.docker.com/engine/install/',
      `  - root on Debian or Ubuntu, for three test hosts; but ${verdict.reason}. ${verdict.remedy}`,
      'Or use hosts of your own: longshore create-cluster --hosts USER@HOST …',
    ].join('\n'),
  );
}

async function testHosts(log: (line: string) => void): Promise<Playground> {
  const cluster = await acquire({ count: 3, name: 'quickstart', keep: false, log });
  return {
    what: `three test hosts on this machine, each a Docker engine behind sshd (ssh -F ${cluster.sshConfigPath} web1)`,
    cluster: 'quickstart',
    hosts: cluster.hosts.map((host) => host.name),
    isShared: false,
    env: { LONGSHORE_SSH_CONFIG: cluster.sshConfigPath },
    image: 'busybox',
    close: () => cluster.down(),
  };
}
