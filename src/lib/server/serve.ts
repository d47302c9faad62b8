import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import type { ServedEngine } from '../engine/serving/served-engine.js';
import { isThisMachine } from '../api/this-machine.js';
import type { EngineEvent } from '../engine/events.js';
import { type AccessKey, createAuthenticator } from './authenticate.js';
import { Bodies } from './body.js';
import { Connections } from './connections.js';
import { createHttpServer, type Door, type ServerParts } from './http.js';
import { Health } from './health.js';
import { defaultLimits, type ServerLimits } from './limits.js';
import { listenOnPort, listenOnSocket, ServeError } from './listen.js';
import { createLog, EventLog, type LogLevel } from './log.js';
import { createMetrics } from './metrics.js';
import { Nonces } from './nonces.js';
import { Sessions } from './sessions.js';
import { Shares } from './shares.js';
import { usageOf } from './usage.js';

export interface ServeOptions {
  /** Path of the Unix socket; undefined: none. */
  socket: string | undefined;
  /** Addresses of TCP. */
  listen: readonly { host: string; port: number }[];
  /** Where /metrics and /healthz, and nothing else, are for everybody. */
  metricsListen?: readonly { host: string; port: number }[];
  /** On TCP, too, whoever reaches it may do everything; only for loopback. */
  unsigned: boolean;
  limits?: Partial<ServerLimits>;
  /** Seconds that what is under way may take when the server is to end. */
  patience: number;
  logLevel: LogLevel;
  logTo: DestinationStream;
  version: string;
  /** Keep the services and the records fresh. */
  keep: boolean;
  /** Called once, when all listen. */
  onListening?: (places: readonly string[]) => void;
}

/** What the server needs of the state. */
export interface ServedState {
  /** `onEvent` hears what the engine tells beside requests. */
  open(onEvent: (event: EngineEvent) => void): Promise<{ engine: ServedEngine; keys: AccessKeyFinder }>;
}

export interface AccessKeyFinder {
  find(accessKeyId: string): Promise<AccessKey | undefined>;
  areThere(): Promise<boolean>;
}

/** Ms that what the engines have told of their containers is told again to who asks for metrics. */
const USAGE_KEPT = 5000;
/** Ms that the state is taken to be as readable as it was: strangers ask as often as they like. */
const READABLE_KEPT = 1000;

/**
 * Serves until the signal; then it takes nothing new, lets what is under way end, and leaves the rest to the next server
 * on the same state. Throws ServeError where it can't begin, StoreError.
 */
export async function serve(options: ServeOptions, state: ServedState, signal: AbortSignal): Promise<void> {
  const limits = { ...defaultLimits, ...options.limits };
  const log = createLog(options.logLevel, options.logTo);
  const now = () => performance.now();
  const load = { requests: 0 };
  // What the engine tells while it is opened has no metrics yet to go to.
  const events = new EventLog();
  let onEvent = (event: EngineEvent) => events.write(log, event);
  const { engine, keys } = await state.open((event) => onEvent(event));
  /** Why services can't be kept any more. */
  let fault: { error: unknown } | undefined;
  try {
    await checkDoors(options, keys);
    const health = new Health({
      keeps: options.keep,
      now,
      clock: Date.now,
      isReadable: keptFor(READABLE_KEPT, () =>
        keys.areThere().then(
          () => true,
          () => false,
        ),
      ),
    });
    const metrics = createMetrics({
      version: options.version,
      usage: keptFor(USAGE_KEPT, () =>
        usageOf(engine.as({ onEvent: () => undefined, waits: true })).catch((error: unknown) => {
          log.error({ err: error }, 'metrics are without those of clusters');
          return undefined;
        }),
      ),
      health,
      underWay: () => ({ requests: load.requests, sessions: sessions.size, background: engine.underWay }),
    });
    onEvent = (event) => {
      metrics.event(event);
      health.event(event);
      events.write(log, event);
    };
    const findKey = (id: string) => keys.find(id);
    const sessions = new Sessions(
      { engine, metrics, log, events, now },
      findKey,
      limits.sessions,
      options.version,
    );
    const authenticate = createAuthenticator({ findKey, clock: Date.now });
    const parts: ServerParts = {
      engine,
      authenticate,
      sessions,
      metrics,
      health,
      log,
      events,
      limits,
      now,
      load,
      nonces: new Nonces(now, Date.now()),
      version: options.version,
      isEnding: () => signal.aborted || fault !== undefined,
    };
    const servers = await openDoors(parts, options);
    options.onListening?.(servers.map(({ place }) => place));
    log.info({ listen: servers.map(({ place }) => place), version: options.version }, 'listening');
    const kept = options.keep ? engine.keep() : ended(signal);
    await Promise.race([
      ended(signal),
      kept.then(
        () => ended(signal),
        (error: unknown) => (fault = { error }),
      ),
    ]);
    log.info({ requests: load.requests, sessions: sessions.underWay, tasks: engine.underWay }, 'ending');
    await end(
      servers.map(({ server }) => server),
      parts,
      options.patience * 1000,
    );
    if (fault !== undefined) throw fault.error;
  } finally {
    await engine.close(0);
    log.info('ended');
  }
}

/** Throws ServeError where strangers could get in. */
async function checkDoors({ listen, unsigned, socket }: ServeOptions, keys: AccessKeyFinder): Promise<void> {
  if (socket === undefined && listen.length === 0)
    throw new ServeError('there is nothing to listen on', 'Give --socket PATH or --listen HOST:PORT');
  if (listen.length === 0) return;
  if (!unsigned) {
    if (await keys.areThere()) return;
    throw new ServeError(
      'there is no access key that requests over TCP could be signed with',
      'Make one (longshore create-access-key --scope run), or, on loopback only, let everybody on this machine in with --unsigned',
    );
  }
  const open = listen.find(({ host }) => !isThisMachine(host));
  if (open !== undefined)
    throw new ServeError(
      `--unsigned on ${open.host} would let everybody in who reaches it`,
      'Listen on 127.0.0.1, or leave out --unsigned and make access keys: longshore create-access-key',
    );
}

interface Listening {
  server: Server;
  place: string;
}

type DoorKind = Omit<Door, 'load' | 'shares' | 'bodies' | 'connections'>;

/** All or none. */
async function openDoors(parts: ServerParts, options: ServeOptions): Promise<Listening[]> {
  const open: Listening[] = [];
  const add = async (door: DoorKind, listen: (server: Server) => Promise<string>) => {
    const server = createHttpServer(parts, {
      ...door,
      load: { requests: 0 },
      shares: new Shares(parts.limits.requests),
      bodies: new Bodies(),
      connections: new Connections(parts.limits.connections),
    });
    open.push({ server, place: await listen(server) });
  };
  try {
    const { socket, unsigned } = options;
    if (socket !== undefined)
      // Whoever passes it on to a port (ssh -L) must not let pages in.
      await add({ trusted: true, loopbackOnly: true }, async (server) => {
        await listenOnSocket(server, socket);
        return `unix://${socket}`;
      });
    const onPort = async (door: DoorKind, { host, port }: { host: string; port: number }) =>
      add(door, async (server) => {
        await listenOnPort(server, host, port);
        const address = server.address();
        const bound = typeof address === 'object' && address !== null ? address.port : port;
        return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
      });
    for (const address of options.listen)
      await onPort({ trusted: unsigned, loopbackOnly: unsigned }, address);
    for (const address of options.metricsListen ?? [])
      await onPort({ trusted: true, loopbackOnly: false, metricsOnly: true }, address);
    return open;
  } catch (error) {
    for (const { server } of open) server.close();
    throw error;
  }
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** What has been begun gets its answer; then what goes on after its answer, as far as the time allows. */
async function end(servers: readonly Server[], parts: ServerParts, milliseconds: number): Promise<void> {
  const until = parts.now() + milliseconds;
  for (const server of servers) {
    server.close();
    server.closeIdleConnections();
  }
  while (parts.load.requests + parts.sessions.underWay > 0 && parts.now() < until) await sleep(50);
  parts.sessions.end();
  for (const server of servers) server.closeAllConnections();
  await parts.engine.close(Math.max(0, until - parts.now()));
}

/** Who asks within so many ms of another gets the same. */
function keptFor<T>(milliseconds: number, ask: () => Promise<T>): () => Promise<T> {
  let kept: { at: number; answer: Promise<T> } | undefined;
  return () => {
    if (kept === undefined || performance.now() - kept.at > milliseconds) {
      const answer = ask();
      kept = { at: performance.now(), answer };
      answer.catch(() => (kept = undefined));
    }
    return kept.answer;
  };
}
