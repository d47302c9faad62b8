import type Dockerode from 'dockerode';
import { Nonsense, objectOf, textOf } from './answer-fields.js';
import { EngineAgent, NotSent } from './engine-agent.js';
import { AnswerLost, EngineModem, EngineRefusal } from './engine-modem.js';
import { Failure } from './failures.js';
import { hostError, kindOf, wordsOf } from './failure-words.js';
import { HostError } from './host-error.js';
import type { HostScript, HostSight, ScriptResult } from './hosts.js';
import { parseSurvey } from './survey.js';
import { unlessAborted } from '../unless-aborted.js';
import { Slots, TimeLimit } from './time-limit.js';
import type { StreamUse, Transport } from './transport.js';

export interface EngineLimits {
  /** Seconds for a question. */
  request: number;
  /** Seconds for what changes something: a busy engine takes its time to create, start or remove. */
  change: number;
  /** Seconds that a log which is read, and not followed, may say nothing: an engine may look through much of it. */
  log: number;
}

export interface AskOptions {
  /** Seconds; Infinity leaves it to the connection's keepalive. Default: `request` of the limits. */
  limit?: number;
  /** Asking twice does no harm: it is asked again where the connection dropped before the answer was there. */
  again?: boolean;
  /** Default: `plain`. */
  use?: StreamUse;
  signal?: AbortSignal;
}

/** A version of the Engine API, oldest and newest: what we know how to speak. */
const oldestApi = '1.40';
const newestApi = '1.47';
/** Characters. */
const longestVersion = 16;

/** Where a connection silent for this long (seconds) should have had a keepalive's answer. */
const deadAfter = 15;

/**
 * One engine: dockerode over a transport, with a time limit on everything, one more try after a dropped connection,
 * and every failure told as a HostError.
 */
export class Engine {
  readonly #modem: EngineModem;
  readonly #agents: Record<StreamUse, EngineAgent>;
  #docker: Dockerode | undefined;
  #greeted = false;
  #places = { plain: new Slots(Infinity), stop: new Slots(Infinity) };

  constructor(
    readonly name: string,
    readonly transport: Transport,
    readonly limits: EngineLimits,
  ) {
    this.#agents = {
      plain: new EngineAgent(transport, 'plain'),
      long: new EngineAgent(transport, 'long'),
      stop: new EngineAgent(transport, 'stop'),
    };
    this.#modem = new EngineModem(this.#agents);
  }

  /** Negotiated: the newest version of the API that the engine and we both speak; such as `1.41`. */
  get apiVersion(): string {
    return this.#modem.version.slice(1);
  }

  /** Checks that an engine answers, within so many seconds, and agrees on the version of its API. */
  async greet(seconds: number): Promise<void> {
    const ask = <T>(work: (docker: Dockerode, signal: AbortSignal) => Promise<T>): Promise<T> =>
      this.ask(work, { limit: seconds, again: true });
    const newest = await ask((_docker, signal) => this.#modem.newestApi(signal));
    if (newest === undefined || !/^\d{1,4}\.\d{1,4}$/.test(newest)) {
      throw this.#error(
        new Failure('not-docker', { path: this.transport.socketPath, detail: 'it tells no API version' }),
      );
    }
    if (isOlder(newest, oldestApi))
      throw this.#error(new Failure('engine-too-old', { detail: `up to ${newest}` }));
    const isNews = isOlder(newestApi, newest);
    if (isNews) {
      const answer = await ask((docker, abortSignal) =>
        (docker as unknown as AsksVersion).version({ abortSignal }),
      );
      const oldest =
        this.understand(() => textOf(objectOf(answer, 'it'), 'MinAPIVersion', longestVersion)) || newest;
      if (isOlder(newestApi, oldest))
        throw this.#error(new Failure('engine-too-new', { detail: `from ${oldest}` }));
    }
    this.#modem.version = `v${isNews ? newestApi : newest}`;
    this.#greeted = true;
    // Known now: how many streams the way allows.
    const places = (use: 'plain' | 'stop') => new Slots(this.transport.mostStreams(use));
    this.#places = { plain: places('plain'), stop: places('stop') };
  }

  /**
   * Whether the engine answers at all, within so many seconds from when the question has a place on the way. They are counted
   * in looks and not by the clock, as a host's silence is. Throws HostError, or the signal's reason.
   */
  async ping(seconds: number, signal: AbortSignal): Promise<void> {
    const late = new AbortController();
    let looks = 0;
    let timer: NodeJS.Timeout | undefined;
    const look = () => ++looks >= seconds && late.abort(this.overdue(seconds));
    const ask = (_docker: Dockerode, asked: AbortSignal) => {
      timer ??= setInterval(look, 1000).unref();
      return this.#modem.newestApi(asked);
    };
    try {
      await this.ask(ask, { limit: Infinity, again: true, signal: AbortSignal.any([signal, late.signal]) });
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * One request. The work gets dockerode and the signal that it must hand to it.
   * Throws HostError, or the caller's signal's reason when that is what ended it.
   */
  async ask<T>(
    work: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
    options: AskOptions = {},
  ): Promise<T> {
    const once = () => this.#once(work, options);
    // How long a stop takes is known, how long those before it take isn't: its time begins when it has a place.
    const ask = options.use === 'stop' ? () => this.#places.stop.use(once) : once;
    try {
      return await ask().catch((error: unknown) => {
        if (!mayAskAgain(error, options)) throw error;
        for (const agent of Object.values(this.#agents)) agent.forget();
        return ask();
      });
    } catch (error) {
      throw this.#error(error, options.signal);
    }
  }

  /** What an answer says. One that makes no sense is a failure of the host, whatever it trips over: a HostError. */
  understand<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof HostError) throw error;
      const detail = error instanceof Nonsense ? error.message : undefined;
      throw this.#error(new Failure('nonsense', { detail }, { cause: error }));
    }
  }

  /** What went wrong with a stream after it was handed out. */
  streamError(error: unknown): unknown {
    const isTold = error instanceof HostError || error instanceof EngineRefusal;
    return this.#error(isTold ? error : new AnswerLost(error));
  }

  overdue(seconds: number, detail?: string): unknown {
    return this.#error(new Failure('engine-timeout', { seconds, detail }));
  }

  /** Looks at the host beside the engine; undefined where that is not possible. Throws HostError where it is gone. */
  async look<T>(work: (transport: Transport) => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await work(this.transport);
    } catch (error) {
      if (error instanceof Failure) throw this.#error(error);
      return undefined;
    }
  }

  /** What the host shows beside its engine; undefined where nobody can log in. Changes nothing, and never throws. */
  async survey(dataRoot: string): Promise<HostSight | undefined> {
    const { transport } = this;
    try {
      await transport.ready();
      const text = await transport.survey(dataRoot).catch(() => undefined);
      const { place, via, way, key } = transport;
      return { place, via, way, key, survey: text === undefined ? undefined : parseSurvey(text) };
    } catch {
      return undefined;
    }
  }

  /** undefined where nobody can log in. Never throws. */
  async runScript(script: HostScript): Promise<ScriptResult | undefined> {
    try {
      await this.transport.ready();
      return await this.transport.runScript(script);
    } catch {
      return undefined;
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
    this.transport.close();
  }

  async #once<T>(
    work: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
    options: AskOptions,
  ): Promise<T> {
    const docker = (this.#docker ??= await loadDocker(this.#modem));
    const seconds = options.limit ?? this.limits.request;
    const abort = new AbortController();
    const giveUp = () => abort.abort(options.signal?.reason);
    if (options.signal?.aborted) throw options.signal.reason;
    options.signal?.addEventListener('abort', giveUp);
    const heard = this.transport.heard;
    const limit =
      seconds === Infinity
        ? undefined
        : new TimeLimit(seconds, () => abort.abort(this.#overdue(seconds, heard)));
    const ask = async () => {
      abort.signal.throwIfAborted();
      return work(docker, abort.signal);
    };
    try {
      if (options.use === 'long' || options.use === 'stop') return await ask();
      return await unlessAborted(abort.signal, this.#places.plain.use(ask));
    } finally {
      limit?.clear();
      options.signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Not a byte for so long, keepalives' answers neither: then it isn't the engine that is slow. */
  #overdue(seconds: number, heard: number | undefined): Failure {
    if (heard === undefined || seconds < deadAfter || this.transport.heard !== heard) {
      return new Failure('engine-timeout', { seconds });
    }
    this.transport.drop();
    return new Failure('lost', { detail: `nothing came for ${seconds} s` });
  }

  #error(error: unknown, signal?: AbortSignal): unknown {
    if (signal?.aborted && error === signal.reason) return error;
    if (error instanceof HostError) return error;
    if (error instanceof EngineRefusal) {
      const { message, status } = error;
      return new HostError(this.name, 'engine', `${this.name}: ${message}`, remedyOf(message), {
        status,
        cause: error,
      });
    }
    if (!(error instanceof Failure)) {
      const detail =
        error instanceof AnswerLost ? undefined : error instanceof Error ? error.message : String(error);
      return hostError(this.name, new Failure('lost', { detail }, { cause: error }), this.transport.via);
    }
    // It was there before.
    const isLost = this.#greeted && kindOf(error) === 'unreachable';
    const failure = isLost ? new Failure('lost', { detail: wordsOf(error).says }, { cause: error }) : error;
    return hostError(this.name, failure, this.transport.via);
  }
}

/** The package's types leave the options out. */
interface AsksVersion {
  version(options: { abortSignal: AbortSignal }): Promise<unknown>;
}

/** dockerode takes 100 ms to load: only commands that speak to an engine pay for it, and while they wait for a host. */
export async function preloadDocker(): Promise<typeof Dockerode> {
  return (await import('dockerode')).default;
}

async function loadDocker(modem: EngineModem): Promise<Dockerode> {
  const Docker = await preloadDocker();
  return new Docker({ modem } as unknown as Dockerode.DockerOptions);
}

function mayAskAgain(error: unknown, options: AskOptions): boolean {
  if (options.signal?.aborted) return false;
  return error instanceof NotSent || (error instanceof AnswerLost && options.again === true);
}

function remedyOf(message: string): string {
  if (/no space left/i.test(message)) return 'free disk space there: docker system prune';
  if (/access denied|unauthorized|authentication required/i.test(message))
    return 'check the name, or log in to the registry';
  return 'do what the engine asks for';
}

function isOlder(a: string, b: string): boolean {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor === bMajor ? aMinor < bMinor : aMajor < bMajor;
}
