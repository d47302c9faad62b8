import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { name, version } from '../../package.json';
import { type Config, readConfig, readCredentials, readVariable } from './config.js';
import { AccessKeys } from './engine/access-keys.js';
import type { EngineContext } from './engine/context.js';
import type { StateFacts } from './engine/doctor/machine.js';
import type { Engine } from './engine/engine.js';
import type { EngineEvent, OnEvent } from './engine/events.js';
import { createLocalEngine } from './engine/local-engine.js';
import { openOwnership } from './engine/owner.js';
import { recordedIdentities } from './engine/secrets/recorded-identities.js';
import { openStartTurns } from './engine/start-turns.js';
import { serveEngine } from './engine/serving/served-engine.js';
import type { Hosts } from './hosts/hosts.js';
import type { OpenHostsOptions } from './hosts/open-hosts.js';
import { secretSources } from './secrets/secret-sources.js';
import { systemProcesses } from './process-table.js';
import { heardChanges } from './store/heard-changes.js';
import { openSqliteStore } from './store/sqlite.js';
import type { ServeOptions } from './server/serve.js';
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
  /** The process stays, and reads the same records again and again. */
  stays?: boolean | undefined;
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
  /**
   * `longshore`: a longshore server with all that it can, http://, https://, unix:// or ssh://. `ecs`: any server of the API
   * of ECS, http:// or https://.
   */
  api: 'longshore' | 'ecs';
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

/** Ms in which whoever reads the log of a server that ends has to read its last lines. */
const LAST_LINES = 1000;

/** Tasks started at once on one host: more only makes the engine's own work queue up. */
const STARTS_PER_HOST = 4;

/**
 * The composition root: the engine over this machine's state and the hosts in it, or that of an endpoint; the only place
 * that constructs drivers. Options go before what the environment says. Throws ConfigError, StoreError, EndpointError.
 */
export async function openEngine(options: AppOptions): Promise<Engine> {
  const config = readConfig();
  if (options.endpoint) return openRemote(options.endpoint, options, config);
  const { ctx, close } = await openContext(options, config);
  return createLocalEngine(ctx, close);
}

/** Serves the state until the signal: see serve. Throws ConfigError, StoreError, ServeError. */
export async function runServer(
  options: AppOptions,
  serving: Omit<ServeOptions, 'logTo' | 'version'>,
  signal: AbortSignal,
): Promise<void> {
  const [{ serve }, { doesNotBlock, openLogFile }] = await Promise.all([
    import('./server/serve.js'),
    import('./server/log-file.js'),
  ]);
  const open = async (onEvent: OnEvent) => {
    const both: OnEvent = (event) => {
      onEvent(event);
      options.onEvent(event);
    };
    const { ctx, close } = await openContext({ ...options, onEvent: both, stays: true }, readConfig());
    return { engine: serveEngine(ctx, close), keys: new AccessKeys(ctx) };
  };
  const logTo = openLogFile(2);
  doesNotBlock(process.stderr);
  try {
    await serve({ ...serving, logTo, version }, { open }, signal);
  } finally {
    const reads = await logTo.end(LAST_LINES);
    // What was said to people waits for the same reader, and the process for that.
    setInterval(() => process.stderr.destroy(), reads ? LAST_LINES : 100).unref();
  }
}

interface OpenContext {
  ctx: EngineContext;
  close: () => Promise<void>;
}

async function openContext(options: AppOptions, config: Config): Promise<OpenContext> {
  const clock = Date.now;
  const begun = performance.now();
  const { store: own, fault } = await openState(options.state ?? config.statePath, options);
  const store = options.stays
    ? heardChanges(own, (error) =>
        options.onEvent({ type: 'state-change', ...(error && { fault: error.message }) }),
      )
    : own;
  if (options.debug) step(options, { what: 'state opened', milliseconds: performance.now() - begun });
  const sshOptions = waysOf(options, config);
  const hosts = hostsAtFirstUse(sshOptions);
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
      settleMoment: 1500,
      settlePatience: 5000,
    },
    processes,
    machine: thisMachine({
      user: sshOptions.local,
      sshConfigFile: sshOptions.sshConfigFile,
      sshAuthSock: config.sshAuthSock,
      dockerHost: config.dockerHost,
      state: { path: options.state ?? config.statePath, fault },
    }),
    secrets: secretSources({
      identityFile: config.identityFile,
      command: config.secretsCommand,
      filesDir: config.filesDir,
      home: config.home,
      sshKeys: async () => {
        const { sshIdentities } = await import('./hosts/ssh-identities.js');
        const { local, sshConfigFile } = sshOptions;
        return sshIdentities(await recordedIdentities(store), {
          local,
          sshConfigFile,
          variable: readVariable,
        });
      },
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
    abandoned: new Set(),
    fresh: new Set(),
    absent: new Map(),
    startTurns: openStartTurns(STARTS_PER_HOST),
  };
  const close = async () => {
    try {
      await ownership.release();
    } finally {
      await hosts.close();
      await store.close();
    }
  };
  return { ctx, close };
}

const step = ({ onEvent }: AppOptions, facts: Omit<StepEvent, 'type'>): void =>
  onEvent({ type: 'step', ...facts });

/** How hosts are reached. */
function waysOf(options: AppOptions, config: Config): OpenHostsOptions {
  const { ask } = options;
  return {
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
    onStep: options.debug ? (facts) => step(options, facts) : undefined,
  };
}

async function openRemote(endpoint: EndpointOptions, options: AppOptions, config: Config): Promise<Engine> {
  const { openRemoteEngine } = await import('./remote/open-remote.js');
  const { url, caBundle, sign, api, verify, readTimeout } = endpoint;
  return openRemoteEngine({
    api,
    url,
    caBundle,
    verify,
    readTimeout,
    connectTimeout: options.connectTimeout ?? config.connectTimeout,
    userAgent: `${name}/${version}`,
    credentials: sign ? readCredentials() : undefined,
    region: options.region ?? config.region,
    clock: Date.now,
    newToken: randomUUID,
    onEvent: options.onEvent,
    signal: options.signal,
    openHosts: async () => (await import('./hosts/open-hosts.js')).openHosts(waysOf(options, config)),
  });
}

/** `fault`: why the state can't be used, where that isn't an error. */
async function openState(
  path: string,
  { evenWithoutState = false, stays = false }: Pick<AppOptions, 'evenWithoutState' | 'stays'>,
): Promise<{ store: Store; fault: StateFacts['fault'] }> {
  try {
    return { store: await openSqliteStore(path, { keepsReads: stays }), fault: undefined };
  } catch (error) {
    if (!evenWithoutState || !(error instanceof StoreError)) throw error;
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
