import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { HostAddress } from '../../../src/lib/hosts/address.js';
import type { Hosts } from '../../../src/lib/hosts/hosts.js';
import { openHosts, type OpenHostsOptions } from '../../../src/lib/hosts/open-hosts.js';
import { makeKey, temporaryFolder, writeKey, type TestKey } from '../../unit/hosts/keys.js';
import { TestEngine, TestSshd, type SshdOptions } from './sshd.js';

/** The key that servers accept, and the one that they show. */
export const key = makeKey();
export const hostKey = makeKey();
export interface Client {
  keys?: TestKey[];
  options?: Partial<OpenHostsOptions>;
  /** Further lines of the SSH configuration. */
  config?: string;
}

/** A server that accepts the client's key. */
export const start = (options: SshdOptions = {}) =>
  TestSshd.start({ hostKeys: [hostKey], authorized: [key], ...options });
export const ssh = (host: string, more: object = {}): HostAddress => ({ scheme: 'ssh', host, ...more });
/** The error of what must not work. */
export const failing = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it worked');
    },
    (error: { kind: string; message: string; remedy: string; status?: number }) => error,
  );

/** Clients of one test file: what they opened is closed after each test, their folder removed after the last. */
export function clients() {
  const folder = temporaryFolder();
  const opened: Hosts[] = [];
  let count = 0;

  afterEach(async () => {
    for (const hosts of opened.splice(0)) await hosts.close();
  });

  /** Hosts with an SSH configuration of their own: `web1`, `web2` … are the servers, whose keys are known. */
  function open(servers: TestSshd[], { keys = [key], options = {}, config = '' }: Client = {}) {
    const dir = join(folder, `client-${++count}`);
    mkdirSync(dir);
    const files = keys.map((one, i) => writeKey(join(dir, `key-${i}`), one));
    const sections = servers.map(
      (server, i) => `Host web${i + 1}\n  HostName 127.0.0.1\n  Port ${server.port}\n`,
    );
    const known = servers.map(
      (server) => `[127.0.0.1]:${server.port} ${(server.options.hostKeys?.[0] ?? hostKey).public}\n`,
    );
    writeFileSync(join(dir, 'known_hosts'), known.join(''));
    writeFileSync(
      join(dir, 'config'),
      `${config}\n${sections.join('')}Host *\n  User deploy\n${files.map((file) => `  IdentityFile ${file}\n`).join('')}` +
        `  IdentitiesOnly yes\n  UserKnownHostsFile ${dir}/known_hosts\n  GlobalKnownHostsFile /dev/null\n`,
    );
    const hosts = openHosts({
      local: { name: 'me', home: dir },
      sshConfigFile: join(dir, 'config'),
      connectTimeout: 5,
      limits: { request: 5, change: 5, log: 5 },
      ...options,
    });
    opened.push(hosts);
    return { hosts, dir };
  }

  /** A server with an engine behind it, and a client. */
  async function oneHost(options: SshdOptions = {}, client: Client = {}) {
    const engine = await TestEngine.start(folder);
    const sshd = await start({ engine, ...options });
    const { hosts, dir } = open([sshd], client);
    return { engine, sshd, hosts, dir };
  }

  return { folder, open, oneHost };
}
