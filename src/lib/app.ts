import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { name, version } from '../../package.json';
import { type Config, readConfig, readCredentials } from './config.js';
import type { EngineContext } from './engine/context.js';
import type { StateFacts } from './engine/doctor/machine.js';
import type { Engine } from './engine/engine.js';
import type { EngineEvent, OnEvent } from './engine/events.js';
import { createLocalEngine } from './engine/local-engine.js';
import { openOwnership } from './engine/owner.js';
import type { Hosts } from './hosts/hosts.js';
import type { OpenHostsOptions } from './hosts/open-hosts.js';
import { secretSources } from './secrets/secret-sources.js';
import { systemProcesses } from './process-table.js';
import { openSqliteStore } from './store/sqlite.js';
import { StoreError, type Store } from './store/store.js';
import { thisMachine } from './this-machine.js';

export interface AppOptions {
  state?: string | undefined;
  region?: string | undefined;
  /** Seconds */
  connectTimeout?: number | undefined;
  acceptNewHostKeys?: boolean | undefined;
  sshConfigFile?: string | undefined;
  /** What answers instead of the state and its hosts. */
  endpoint?: EndpointOptions | undefined;
  /** Where the state can't be used: go on with an empty one, in memory. */
  evenWithoutState?: boolean | undefined;
  /** Tell of each step with its time. */
  debug?: boolean | undefined;
  onEvent: OnEvent;
  ask?:
    | {
        hostKey(question: { host: string; keyType: string; fingerprint: string }): Promise<boolean>;
        passphrase(question: { identityFile: string }): Promise<string | undefined>;
      }
    | undefined;
  signal: AbortSignal;
}

/** What answers instead of the state and its hosts. */
export interface EndpointOptions {
  /** http:// or https:// */
  url: string;
  /** Seconds; 0: as long as it takes. */
  readTimeout: number;
  /** A file with certificates in PEM. */
  caBundle?: string | undefined;
  verify: boolean;
  /** With the environment's AWS_ACCESS_KEY_ID, where there is one. */
  sign: boolean;
}

type StepEvent = Extract<EngineEvent, { type: 'step' }>;

/** Tasks started at once on one host: more only makes the engine's own work queue up. */
const STARTS_PER_HOST = 4;

/**
 * The composition root: the engine over this machine's state and the hosts in it, or that of an endpoint; the only place
 * that constructs drivers. Options go before what the environment says. Throws ConfigError, StoreError, EndpointError.
 */
export async function openEngine(options: AppOptions): Promise<Engine> {
  const config = readConfig();
  if (options.endpoint) return openRemote(options.endpoint, options, config);
  const clock = Date.now;
  const begun = performance.now();
  const { store, fault } = await openState(options.state ?? config.statePath, options.evenWithoutState);
  const step = (facts: Omit<StepEvent, 'type'>) => options.onEvent({ type: 'step', ...facts });
  if (options.debug) step({ what: 'state opened', milliseconds: performance.now() - begun });
  const { ask } = options;
  const user = { home: config.home, name: config.user };
  const sshConfigFile = options.sshConfigFile ?? config.sshConfigFile;
  const hosts = hostsAtFirstUse({
    local: user,
    cacheDir: config.cacheDir,
    sshConfigFile,
    sshAuthSock: config.sshAuthSock,
    connectTimeout: options.connectTimeout ?? config.connectTimeout,
    acceptNewHostKeys: options.acceptNewHostKeys ?? config.acceptNewHostKeys,
    confirmHostKey:
      ask &&
      (({ place, keyKind, fingerprint }) => ask.hostKey({ host: place, keyType: keyKind, fingerprint })),
    askPassphrase: ask && ((identityFile) => ask.passphrase({ identityFile })),
    onStep: options.debug ? step : undefined,
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
      imageCleanUp: config.imageCleanUp,
      pullBehavior: config.pullBehavior,
      pullTimeout: config.pullTimeout,
      healthyAfter: config.healthyAfter,
      hostGrace: config.hostGrace,
      stopTimeout: 30,
      containerMetadata: config.containerMetadata,
      // Docker's own defaults are files that grow on.
      logs: config.logMaxSize === '-1' ? {} : { maxSize: config.logMaxSize, maxFiles: config.logMaxFiles },
      startsPerHost: STARTS_PER_HOST,
      settleMoment: 1500,
      settlePatience: 5000,
    },
    processes,
    machine: thisMachine({
      user,
      sshConfigFile,
      sshAuthSock: config.sshAuthSock,
      dockerHost: config.dockerHost,
      state: { path: options.state ?? config.statePath, fault },
    }),
    secrets: secretSources({
      identityFile: config.identityFile,
      command: config.secretsCommand,
      filesDir: config.filesDir,
      home: config.home,
      engineAuthData: config.engineAuthData,
      dockerConfigDir: config.dockerConfigDir,
    }),
    openSpool: async (expected) => {
      const { openSpoolFile } = await import('./spool-file.js');
      return openSpoolFile(join(config.cacheDir, 'images'), expected);
    },
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

async function openRemote(
  { url, caBundle, sign, ...endpoint }: EndpointOptions,
  { connectTimeout, region, signal }: AppOptions,
  config: Config,
): Promise<Engine> {
  const { createRemoteEngine, readCertificates } = await import('./remote/remote-engine.js');
  return createRemoteEngine({
    ...endpoint,
    endpoint: url,
    ca: caBundle === undefined ? undefined : readCertificates(caBundle),
    connectTimeout: connectTimeout ?? config.connectTimeout,
    userAgent: `${name}/${version}`,
    credentials: sign ? readCredentials() : undefined,
    region: region ?? config.region,
    clock: Date.now,
    signal,
  });
}

/** `fault`: why the state can't be used, where that isn't an error. */
async function openState(
  path: string,
  evenWithout = false,
): Promise<{ store: Store; fault: StateFacts['fault'] }> {
  try {
    return { store: await openSqliteStore(path), fault: undefined };
  } catch (error) {
    if (!evenWithout || !(error instanceof StoreError)) throw error;
    const { openMemoryStore } = await import('./store/memory.js');
    return { store: openMemoryStore(), fault: { message: error.message, remedy: error.remedy } };
  }
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
    survey: async (...look) => opened?.survey(...look),
    runScript: async (...script) => opened?.runScript(...script),
    attend: (...wish) => {
      const attending = open().then((hosts) => hosts.attend(...wish));
      return () => void attending.then((leave) => leave());
    },
    silence: (address) => opened?.silence(address) ?? 0,
    hostKeyFingerprint: (address) => opened?.hostKeyFingerprint(address),
    networkName: (address) => opened?.networkName(address),
    close: async () => opened?.close(),
  };
}
