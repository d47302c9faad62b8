import { randomBytes } from 'node:crypto';
import { readConfig } from './config.js';
import type { EngineContext } from './engine/context.js';
import type { Engine } from './engine/engine.js';
import type { OnEvent } from './engine/events.js';
import { createLocalEngine } from './engine/local-engine.js';
import { openOwnership } from './engine/owner.js';
import type { Hosts } from './hosts/hosts.js';
import type { OpenHostsOptions } from './hosts/open-hosts.js';
import { systemProcesses } from './process-table.js';
import { openSqliteStore } from './store/sqlite.js';

export interface AppOptions {
  state?: string | undefined;
  region?: string | undefined;
  /** Seconds */
  connectTimeout?: number | undefined;
  acceptNewHostKeys?: boolean | undefined;
  sshConfigFile?: string | undefined;
  onEvent: OnEvent;
  ask?:
    | {
        hostKey(question: { host: string; keyType: string; fingerprint: string }): Promise<boolean>;
        passphrase(question: { identityFile: string }): Promise<string | undefined>;
      }
    | undefined;
  signal: AbortSignal;
}

/** Tasks started at once on one host: more only makes the engine's own work queue up. */
const STARTS_PER_HOST = 4;

/**
 * The composition root: the engine over this machine's state and the hosts in it; the only place that constructs
 * drivers. Options go before what the environment says. Throws ConfigError, StoreError.
 */
export async function openEngine(options: AppOptions): Promise<Engine> {
  const config = readConfig();
  const clock = Date.now;
  const store = await openSqliteStore(options.state ?? config.statePath);
  const { ask } = options;
  const hosts = hostsAtFirstUse({
    local: { home: config.home, name: config.user },
    cacheDir: config.cacheDir,
    sshConfigFile: options.sshConfigFile ?? config.sshConfigFile,
    sshAuthSock: config.sshAuthSock,
    connectTimeout: options.connectTimeout ?? config.connectTimeout,
    acceptNewHostKeys: options.acceptNewHostKeys ?? config.acceptNewHostKeys,
    confirmHostKey:
      ask &&
      (({ place, keyKind, fingerprint }) => ask.hostKey({ host: place, keyType: keyKind, fingerprint })),
    askPassphrase: ask && ((identityFile) => ask.passphrase({ identityFile })),
  });
  const processes = systemProcesses();
  const newId = () => randomBytes(16).toString('hex');
  const ownership = openOwnership(store, processes, clock, newId());
  const ctx: EngineContext = {
    store,
    hosts,
    clock,
    random: Math.random,
    newId,
    identity: { region: options.region ?? config.region, account: config.account },
    settings: {
      stoppedTasksKept: config.stoppedTasksKept,
      cleanupWait: config.cleanupWait,
      pullBehavior: config.pullBehavior,
      pullTimeout: config.pullTimeout,
      stopTimeout: 30,
      startsPerHost: STARTS_PER_HOST,
      settleMoment: 1500,
      settlePatience: 5000,
    },
    processes,
    emit: options.onEvent,
    signal: options.signal,
    owner: ownership.claim,
  };
  return createLocalEngine(ctx, async () => {
    try {
      await ownership.release();
    } finally {
      await hosts.close();
      await store.close();
    }
  });
}

/** What SSH and Docker need is loaded with the first connection: many commands only read the state. */
function hostsAtFirstUse(options: OpenHostsOptions): Hosts {
  let opened: Hosts | undefined;
  const open = async () => {
    const { openHosts } = await import('./hosts/open-hosts.js');
    return (opened ??= openHosts(options));
  };
  return {
    connect: async (...call) => (await open()).connect(...call),
    hostKeyFingerprint: (address) => opened?.hostKeyFingerprint(address),
    close: async () => opened?.close(),
  };
}
