import { Writable } from 'node:stream';
import type { OperationInput, OperationName, OperationOutput } from '../api/operations.js';
import { validateInput } from '../api/validate.js';
import type { Engine, ExecuteRequest, Execution, LogsRequest, TaskLogLine } from '../engine/engine.js';
import type { OnEvent } from '../engine/events.js';
import type { ExecOutput } from '../hosts/docker-host.js';
import { decodeError } from '../protocol/errors.js';
import type { ServerMessage } from '../protocol/messages.js';
import { EndpointError } from './endpoint-error.js';
import { type Exchange, Inbox, SessionClient } from './session-client.js';
import type { Upgraded } from './upgrade.js';

export interface SessionEngineOptions {
  /** What messages call the server. */
  name: string;
  /** Connects; called at the first use. */
  open: () => Promise<Upgraded>;
  /** After the session. */
  close?: () => Promise<void>;
  onEvent: OnEvent;
  signal: AbortSignal;
}

/** Ms that a server has to put things in order after an interruption. */
const PATIENCE = 30_000;

/**
 * The engine of a longshore server: all that the local one can, with its events and streams. What is interrupted here is
 * interrupted there. Throws what the local engine throws, and EndpointError.
 */
export function createSessionEngine(options: SessionEngineOptions): Engine {
  const { name, onEvent } = options;
  let opened: Promise<SessionClient> | undefined;
  const connect = () => (opened = options.open().then((upgraded) => new SessionClient(upgraded, name)));
  // Who watches for hours finds the server again when it has been started anew.
  const session = async (): Promise<SessionClient> => {
    if (opened === undefined) return connect();
    const current = opened;
    const client = await current.catch(() => undefined);
    if (client !== undefined && !client.isOver) return client;
    return opened === current ? connect() : opened;
  };

  return {
    async call<K extends OperationName>(
      operation: K,
      input: OperationInput<K>,
      { signal: more }: { signal?: AbortSignal | undefined } = {},
    ) {
      const valid = await validateInput(operation, input);
      const signal = more === undefined ? options.signal : AbortSignal.any([options.signal, more]);
      return answerOf<OperationOutput<K>>(await session(), operation, valid, onEvent, signal);
    },
    logs: (request) => logLines(session, request, onEvent),
    execute: async (request) => execution(await session(), request, onEvent, options.signal),
    async close() {
      const client = await opened?.catch(() => undefined);
      client?.close();
      await options.close?.();
    },
  };
}

function answerOf<T>(
  client: SessionClient,
  operation: OperationName,
  input: object,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      exchange.leave();
    };
    const abort = () => {
      exchange.send({ type: 'abort' });
      timer = setTimeout(() => {
        end();
        reject(signal.reason as Error);
      }, PATIENCE);
    };
    const exchange = client.begin(
      { type: 'call', operation, input },
      {
        message(message) {
          if (message.type === 'event') return onEvent(message.event);
          end();
          if (message.type === 'answer')
            return isObject(message.answer) ? resolve(message.answer as T) : reject(nonsense());
          if (message.type !== 'error') return reject(nonsense());
          reject(signal.aborted ? (signal.reason as Error) : decodeError(message.error));
        },
        fail(error) {
          end();
          reject(signal.aborted ? (signal.reason as Error) : error);
        },
      },
    );
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

async function* logLines(
  session: () => Promise<SessionClient>,
  { signal, ...request }: LogsRequest,
  onEvent: OnEvent,
): AsyncIterable<TaskLogLine> {
  const client = await session();
  const inbox = new Inbox<TaskLogLine>(client);
  const exchange = client.begin(
    { type: 'logs', request },
    {
      message(message) {
        if (message.type === 'event') onEvent(message.event);
        else if (message.type === 'lines') {
          if (!message.lines.map((line) => inbox.put(line)).every(Boolean)) client.pause();
        } else if (message.type === 'done') inbox.end();
        else inbox.fail(message.type === 'error' ? decodeError(message.error) : nonsense());
      },
      fail: (error) => inbox.fail(error),
    },
  );
  const abort = () => {
    exchange.send({ type: 'abort' });
    inbox.end();
  };
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    yield* inbox.items();
  } finally {
    signal?.removeEventListener('abort', abort);
    exchange.send({ type: 'abort' });
    exchange.leave();
    client.resume();
  }
}

/** Aborted, it ends as `close` has it. */
function execution(
  client: SessionClient,
  request: ExecuteRequest,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<Execution> {
  const inbox = new Inbox<ExecOutput>(client);
  return new Promise((resolve, reject) => {
    const close = () => {
      signal.removeEventListener('abort', close);
      exchange.send({ type: 'abort' });
      exchange.leave();
      inbox.end();
      client.resume();
      reject(signal.reason as Error);
    };
    let ended: Extract<ServerMessage, { type: 'ended' }>['end'] | undefined;
    const exchange = client.begin(
      { type: 'execute', request },
      {
        message(message) {
          switch (message.type) {
            case 'event':
              return onEvent(message.event);
            case 'executing': {
              const { answer, host, interactive } = message;
              return resolve({
                answer,
                host,
                stdin: interactive ? standardInput(exchange) : undefined,
                output: inbox.items(),
                resize: async (size) => exchange.send({ type: 'resize', size }),
                async ended() {
                  if (ended === undefined) throw nonsense();
                  return ended;
                },
                close,
              });
            }
            case 'ended':
              // The command ends with it.
              if (!Number.isInteger((message.end as Partial<typeof message.end> | undefined)?.exitCode))
                throw nonsense();
              ended = message.end;
              signal.removeEventListener('abort', close);
              return inbox.end();
            default: {
              const error = message.type === 'error' ? decodeError(message.error) : nonsense();
              inbox.fail(error);
              return reject(error);
            }
          }
        },
        data: (stream, data) => inbox.put({ stream, data }),
        fail(error) {
          inbox.fail(error);
          reject(error);
        },
      },
    );
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
  });
}

const standardInput = (exchange: Exchange): Writable =>
  new Writable({
    write: (chunk: Buffer, _encoding, done) => exchange.write(chunk, done),
    final(done) {
      exchange.send({ type: 'end' });
      done();
    },
  });

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const nonsense = () =>
  new EndpointError(
    'the server gives an answer that makes no sense',
    'Use the same version of longshore on both sides',
  );
