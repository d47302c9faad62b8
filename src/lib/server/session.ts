import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { onlyReads } from '../api/access.js';
import type { OperationName } from '../api/operations.js';
import { EcsError } from '../api/errors.js';
import type { Engine, Execution, TaskLogLine } from '../engine/engine.js';
import type { EngineEvent } from '../engine/events.js';
import type { ServedEngine } from '../engine/serving/served-engine.js';
import { encodeError, isKnown } from '../protocol/errors.js';
import { encodeFrame, FrameError, FrameReader, type Frame, type FrameKind } from '../protocol/frames.js';
import {
  type ClientMessage,
  decodeMessage,
  encodeMessage,
  INPUT_WINDOW,
  type ServerMessage,
} from '../protocol/messages.js';
import type { Seals } from '../protocol/seal.js';
import { checkAllowed } from './api.js';
import type { Principal } from './authenticate.js';
import type { EventLog } from './log.js';
import type { Metrics } from './metrics.js';
import { checkReferences } from './references.js';
import { type Beginning, checkBeginning, isSize, isWait, subjectOf } from './requests.js';
import { whenRoom } from './room.js';

export interface SessionParts {
  engine: ServedEngine;
  metrics: Metrics;
  log: Logger;
  events: EventLog;
  principal: Principal;
  /** Whether the key is still there, with the same scope. */
  isStillGood: () => Promise<boolean>;
  region: string | undefined;
  socket: Duplex;
  /** undefined where no key was needed. */
  seals: Seals | undefined;
  /** Milliseconds, only rising. */
  now: () => number;
}

/** Exchanges of one session at once. */
const MOST_EXCHANGES = 64;
/** Bytes of a frame that comes in. Who may do everything may bring a whole state. */
const LARGEST = { admin: 64 * 1024 * 1024, others: 1024 * 1024 };
/** Bytes of input beyond what a client may send before the command reads: its last piece may not fit. */
const SLACK = 1024 * 1024;
/** Bytes of answers that wait to be read before events, which nobody needs then, are left out. */
const MOST_UNREAD = 4 * 1024 * 1024;

/** Lines of logs that go in one message: a client takes no answer of any size. */
const BATCH = { lines: 500, characters: 1024 * 1024 };

/** One exchange: what the client has begun and not ended. */
interface Exchange {
  over: AbortController;
  /** It goes on until somebody ends it, or something else does. */
  waits: boolean;
  execution?: Execution;
  /** Bytes of input that the command has read, and the client was not told of. */
  read: number;
  /** With the id of the exchange. */
  log: Logger;
}

/** The engine's interface for one client, over one connection: what it hears, and how it goes on, is as of its own engine. */
export class Session {
  private readonly exchanges = new Map<number, Exchange>();
  private readonly reader: FrameReader;
  /** Nothing is read for now. */
  private held = false;

  constructor(private readonly parts: SessionParts) {
    const { socket, principal, seals } = parts;
    const largest = principal.scope === 'admin' ? LARGEST.admin : LARGEST.others;
    this.reader = new FrameReader(largest, seals?.client);
    // Each exchange may wait for room.
    socket.setMaxListeners(0);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('close', () => this.end());
    socket.on('end', () => socket.end());
  }

  /** Exchanges that end by themselves. */
  get size(): number {
    return [...this.exchanges.values()].filter(({ waits }) => !waits).length;
  }

  read(chunk: Buffer): void {
    const { socket, log } = this.parts;
    try {
      for (const frame of this.reader.push(chunk)) this.take(frame);
    } catch (error) {
      if (!(error instanceof FrameError || error instanceof SyntaxError)) log.error({ err: error }, 'fault');
      return void socket.destroy();
    }
    // Whoever reads no answers is asked for no more: each would wait here.
    if (socket.writableNeedDrain) this.hold();
  }

  /** Reads nothing until what waits to be sent has gone. */
  private hold(): void {
    const { socket } = this.parts;
    if (this.held || socket.destroyed) return;
    this.held = true;
    socket.pause();
    whenRoom(socket, () => {
      this.held = false;
      socket.resume();
    });
  }

  /** Whoever waits on the other side is gone, or is to go. */
  end(): void {
    for (const { over } of this.exchanges.values()) over.abort(new Error('the session is over'));
    this.parts.socket.destroy();
  }

  private take({ kind, id, content }: Frame): void {
    if (kind !== 'message') return this.write(id, content);
    const message = decodeMessage<ClientMessage>(content);
    const known = this.exchanges.get(id);
    switch (message.type) {
      case 'abort':
        return known?.over.abort(new Error('interrupted'));
      case 'resize':
        if (!isSize(message.size)) throw new FrameError('a terminal has rows and columns');
        return void known?.execution?.resize(message.size).catch(() => undefined);
      case 'end':
        return void known?.execution?.stdin?.end();
      case 'call':
      case 'logs':
      case 'execute':
        if (known === undefined) return this.admit(id, message);
    }
    throw new FrameError('a message that has no meaning');
  }

  /** Throws FrameError where the client doesn't wait for room. */
  private write(id: number, content: Buffer): void {
    const exchange = this.exchanges.get(id);
    const { stdin } = exchange?.execution ?? {};
    if (exchange === undefined || stdin === undefined || stdin.destroyed) return;
    if (stdin.writableLength + content.length > INPUT_WINDOW + SLACK)
      throw new FrameError('more input than there is room for');
    stdin.write(content, () => this.grant(id, exchange, content.length));
  }

  /** Now and then is enough, as long as it is before the client has to wait. */
  private grant(id: number, exchange: Exchange, bytes: number): void {
    exchange.read += bytes;
    if (exchange.read < INPUT_WINDOW / 4) return;
    void this.send(id, { type: 'room', bytes: exchange.read });
    exchange.read = 0;
  }

  private admit(id: number, message: Beginning): void {
    if (this.exchanges.size < MOST_EXCHANGES) return void this.begin(id, message);
    const error = new EcsError('LimitExceededException', 'Too much at once in one session.');
    void this.send(id, { type: 'error', error: encodeError(error) });
  }

  /** Never throws. */
  private async begin(id: number, message: Beginning): Promise<void> {
    const { now, metrics } = this.parts;
    const operation = subjectOf(message);
    const request = randomUUID();
    const log = this.parts.log.child({ request });
    const exchange: Exchange = { over: new AbortController(), waits: isWait(message), read: 0, log };
    const begun = now();
    this.exchanges.set(id, exchange);
    let code = 'OK';
    try {
      await this.check(message);
      const engine = this.engineOf(id, exchange);
      if (message.type === 'call') await this.call(id, message, engine);
      else if (message.type === 'logs') await this.logs(id, message.request, engine, exchange);
      else await this.execute(id, message.request, engine, exchange);
    } catch (error) {
      code = error instanceof EcsError ? error.code : error instanceof Error ? error.name : 'fault';
      const told = this.maybeTold(error);
      if (!told && !exchange.over.signal.aborted) log.error({ operation, err: error }, 'fault');
      await this.send(id, { type: 'error', error: encodeError(told ? error : undefined, request) });
    } finally {
      exchange.execution?.close();
      this.exchanges.delete(id);
    }
    const seconds = (now() - begun) / 1000;
    metrics.request(operation, code, seconds);
    const facts = { operation, code, milliseconds: Math.round(seconds * 1000) };
    const reads = operation === 'Logs' || (operation !== 'unknown' && onlyReads(operation));
    if (code === 'OK' && reads) log.debug(facts);
    else log.info(facts);
  }

  /** Throws EcsError. */
  private async check(message: Beginning): Promise<void> {
    const { principal, isStillGood } = this.parts;
    checkBeginning(message);
    // What tasks write is looked at as what they are.
    if (message.type === 'logs') checkAllowed(principal, 'DescribeTasks');
    else if (message.type === 'execute') checkAllowed(principal, 'ExecuteCommand');
    else {
      checkAllowed(principal, message.operation);
      checkReferences(principal.scope, message.operation, message.input);
    }
    if (await isStillGood()) return;
    setImmediate(() => this.end());
    throw new EcsError('AccessDeniedException', 'The access key of this session is gone.');
  }

  /** Faults of the state and of the configuration name files of this machine: they are for who is on it. */
  private maybeTold(error: unknown): boolean {
    const ofMachine = error instanceof Error && /^(Store|Config)Error$/.test(error.name);
    return isKnown(error) && !(ofMachine && this.parts.principal.accessKeyId !== undefined);
  }

  private engineOf(id: number, { over, log }: Exchange): Engine {
    const { engine, region, metrics, events } = this.parts;
    return engine.as({
      region,
      waits: true,
      signal: over.signal,
      onEvent: (event: EngineEvent) => {
        metrics.event(event);
        events.write(log, event);
        if (this.parts.socket.writableLength < MOST_UNREAD)
          void this.send(id, { type: 'event', event: sendable(event) });
      },
    });
  }

  private async call(
    id: number,
    { operation, input }: { operation: OperationName; input: object },
    engine: Engine,
  ) {
    const answer = await engine.call(operation, input as never);
    await this.send(id, { type: 'answer', answer });
  }

  private async logs(
    id: number,
    request: Extract<ClientMessage, { type: 'logs' }>['request'],
    engine: Engine,
    { over }: Exchange,
  ): Promise<void> {
    let lines: TaskLogLine[] = [];
    let size = 0;
    let sending: Promise<void> = Promise.resolve();
    // Lines that come at once go together.
    const flush = (): Promise<void> => {
      if (lines.length === 0) return sending;
      const batch = lines;
      lines = [];
      size = 0;
      return (sending = sending.then(() => this.send(id, { type: 'lines', lines: batch })));
    };
    for await (const line of engine.logs({ ...request, signal: over.signal })) {
      lines.push(line);
      size += line.text.length;
      if (lines.length === 1) setImmediate(() => void flush());
      if (lines.length >= BATCH.lines || size >= BATCH.characters) await flush();
    }
    await flush();
    await this.send(id, { type: 'done' });
  }

  private async execute(
    id: number,
    request: Extract<ClientMessage, { type: 'execute' }>['request'],
    engine: Engine,
    exchange: Exchange,
  ): Promise<void> {
    const execution = await engine.execute(request);
    exchange.execution = execution;
    const { answer, host, stdin } = execution;
    // What the command no longer reads is no fault.
    stdin?.on('error', () => undefined);
    exchange.over.signal.addEventListener('abort', () => execution.close(), { once: true });
    await this.send(id, { type: 'executing', answer, host, interactive: stdin !== undefined });
    for await (const { stream, data } of execution.output)
      await this.put(id, stream === 'stdout' ? 'out' : 'err', data);
    await this.send(id, { type: 'ended', end: await execution.ended() });
  }

  private send(id: number, message: ServerMessage): Promise<void> {
    return this.put(id, 'message', encodeMessage(message));
  }

  /** Returns when there is room for more. */
  private put(id: number, kind: FrameKind, content: Buffer): Promise<void> {
    const { socket, seals } = this.parts;
    if (socket.destroyed || socket.write(encodeFrame({ kind, id, content }, seals?.server)))
      return Promise.resolve();
    return new Promise((resolve) => whenRoom(socket, resolve));
  }
}

/** An error is no value of JSON. */
function sendable(event: EngineEvent): EngineEvent {
  if (event.type !== 'host-failed') return event;
  return { ...event, error: encodeError(event.error) as unknown as typeof event.error };
}
