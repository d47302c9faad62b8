import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import type { EngineEvent, PullOptions } from './docker-host.js';
import { containerOf } from './docker-paths.js';
import type { LogLine, LogOptions } from './container-types.js';
import { eventOf } from './docker-shapes.js';
import type { Engine } from './engine.js';
import { EngineRefusal } from './engine-modem.js';
import { jsonLines } from './json-lines.js';
import { LogLines } from './log-lines.js';
import { PullProgress, splitReference } from './pull-progress.js';
import { Silence } from './silence.js';
import { longestTimer } from './time-limit.js';

/**
 * Log lines as the engine keeps them, never all of them in memory. What isn't followed has an end: an engine that says
 * nothing for too long would keep a reader of many logs from all others, so that is a HostError (timeout).
 */
export async function* readLogs(engine: Engine, id: string, options: LogOptions): AsyncGenerator<LogLine> {
  const _query = {
    follow: options.follow ?? false,
    stdout: options.stdout ?? true,
    stderr: options.stderr ?? true,
    timestamps: true,
    since: options.since,
    until: options.until,
    tail: options.tail ?? 'all',
  };
  const lines = new LogLines();
  const open: Open = (docker, rest) =>
    // Without `follow`, dockerode would read all of it first.
    containerOf(docker, id).logs({ follow: true, _query, ...rest } as { follow: true });
  if (options.follow) {
    for await (const chunk of answerOf(engine, open, options.signal)) yield* lines.push(chunk);
    return yield* lines.end();
  }
  const silence = new Silence(engine.limits.log, options.signal);
  try {
    for await (const chunk of silence.between(answerOf(engine, open, silence.signal)))
      yield* lines.push(chunk);
    if (!options.signal?.aborted) silence.check(engine, 'reading a log');
    yield* lines.end();
  } finally {
    silence.end();
  }
}

/** Throws HostError (engine) with the registry's words, or (timeout) when the time is over. */
export async function pullImage(engine: Engine, reference: string, options: PullOptions): Promise<void> {
  const overdue = AbortSignal.timeout(Math.min(options.timeout * 1000, longestTimer));
  const signal = options.signal ? AbortSignal.any([options.signal, overdue]) : overdue;
  const _query = { ...splitReference(reference), platform: options.platform };
  const open: Open = (docker, rest) => docker.createImage(options.auth, { _query, ...rest });
  const progress = new PullProgress();
  for await (const line of jsonLines(answerOf(engine, open, signal, options.timeout), refusal(engine))) {
    // The answer has begun well, so there is no status any more.
    if (line['error'] !== undefined) throw engine.streamError(new EngineRefusal(500, wordsIn(line['error'])));
    options.onProgress?.(progress.add(line));
  }
  if (options.signal?.aborted) throw options.signal.reason;
  if (overdue.aborted) throw engine.overdue(options.timeout, `pulling ${reference}`);
}

/** Ends when aborted; throws HostError when the connection is lost. */
export async function* readEvents(
  engine: Engine,
  query: { labels?: readonly string[]; since?: number; until?: number; signal: AbortSignal },
): AsyncGenerator<EngineEvent> {
  const _query = {
    since: query.since,
    until: query.until,
    filters: { ...(query.labels && { label: query.labels }) },
  };
  const open: Open = (docker, rest) => docker.getEvents({ _query, ...rest } as Dockerode.GetEventsOptions);
  for await (const event of jsonLines(answerOf(engine, open, query.signal), refusal(engine)))
    yield engine.understand(() => eventOf(event));
  // Without a last moment it has no end of its own.
  if (!query.signal.aborted && query.until === undefined)
    throw engine.streamError(new Error('the engine ended the stream of events'));
}

export const wordsIn = (error: unknown) => (typeof error === 'string' ? error : JSON.stringify(error));

export const refusal = (engine: Engine) => (words: string) =>
  engine.streamError(new EngineRefusal(500, words)) as Error;

export type Open = (docker: Dockerode, rest: { abortSignal: AbortSignal }) => Promise<NodeJS.ReadableStream>;

/**
 * The bytes of an answer that goes on; ends when aborted, throws HostError where the connection drops. `limit`
 * (seconds) is for the answer's beginning; `again` says that asking twice does no harm.
 */
export async function* answerOf(
  engine: Engine,
  open: Open,
  signal: AbortSignal | undefined,
  limit?: number,
  again = true,
): AsyncGenerator<Buffer> {
  if (signal?.aborted) return;
  let stream: Readable | undefined;
  const stop = () => stream?.destroy();
  try {
    const options = { signal, again, use: 'long' as const, ...(limit !== undefined && { limit }) };
    stream = (await engine.ask((docker, abortSignal) => open(docker, { abortSignal }), options)) as Readable;
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) return;
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (!signal?.aborted) throw engine.streamError(error);
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
