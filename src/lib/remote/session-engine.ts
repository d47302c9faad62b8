import { Writable } from 'node:stream';
import { onlyReads } from '../api/access.js';
import type { OperationInput, OperationName, OperationOutput } from '../api/operations.js';
import { validateInput } from '../api/validate.js';
import type { Engine, ExecuteRequest, Execution, LogsRequest, TaskLogLine } from '../engine/engine.js';
import type { OnEvent } from '../engine/events.js';
import type { ExecOutput } from '../hosts/container-types.js';
import { decodeError } from '../protocol/errors.js';
import type { ServerMessage } from '../protocol/messages.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { EndpointError, LostConnection } from './endpoint-error.js';
import { ResumedLogs } from './resumed-logs.js';
import { type Exchange, Inbox, type SessionClient } from './session-client.js';

export interface SessionEngineOptions extends ConnectionOptions {
  /** After the session. */
  close?: () => Promise<void>;
}

/** Ms that a server has to put things in order after an interruption. */
const PATIENCE = 30_000;

/**
 * The engine of a longshore server: all that the local one can, with its events and streams. What is interrupted here is
 * interrupted there. Throws what the local engine throws, and EndpointError.
 */
export function createSessionEngine(options: SessionEngineOptions): Engine {
  const { onEvent } = options;
  const connection = new Connection(options);
  return {
    async call<K extends OperationName>(
      operation: K,
      input: OperationInput<K>,
      { signal: more }: { signal?: AbortSignal | undefined } = {},
    ) {
      const valid = await validateInput(operation, input);
      const signal = more === undefined ? options.signal : AbortSignal.any([options.signal, more]);
      const ask = (client: SessionClient, asked: object) =>
        answerOf<OperationOutput<K>>(client, operation, asked, onEvent, signal);
      return onlyWaits(operation, valid)
        ? waitOver(connection, ask, valid, signal)
        : ask(await connection.session(), valid).catch((error: unknown) => {
            throw error instanceof LostConnection && onlyReads(operation)
              ? new LostConnection(error.message, 'Run it again', { cause: error })
              : error;
          });
    },
    logs: (request) => logLines(connection, request, onEvent, options.signal),
    execute: async (request) => execution(await connection.session(), request, onEvent, options.signal),
    async close() {
      await connection.close();
      await options.close?.();
    },
  };
}

/**
 * Whether asking again after the connection was lost gives the same answer. How a deployment ended (STEADY) is, where none is
 * named, told of the one that is under way when the wait begins: asked again, a rollback would be taken for what was waited for.
 */
function onlyWaits(operation: OperationName, input: object): boolean {
  if (operation === 'WaitServices')
    return 'deployments' in input || ('until' in input && input.until !== 'STEADY');
  return operation === 'WaitTasks' || operation === 'WaitDrained';
}

/** Waits on where the server went away meanwhile, for what is left of the time. */
async function waitOver<T>(
  connection: Connection,
  ask: (client: SessionClient, input: object) => Promise<T>,
  input: { timeout?: number },
  signal: AbortSignal,
): Promise<T> {
  const begun = performance.now();
  const { timeout } = input;
  const left = () => Math.max(1, Math.ceil((timeout ?? 0) - (performance.now() - begun) / 1000));
  let client = await connection.session();
  let asked = input;
  for (;;) {
    try {
      return await ask(client, asked);
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      client = await connection.again(error, signal);
      asked = timeout === undefined ? input : { ...input, timeout: left() };
    }
  }
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

/** Follows on where the server went away meanwhile. */
async function* logLines(
  connection: Connection,
  { signal: more, ...request }: LogsRequest,
  onEvent: OnEvent,
  interrupted: AbortSignal,
): AsyncIterable<TaskLogLine> {
  const signal = more === undefined ? interrupted : AbortSignal.any([interrupted, more]);
  const logs = new ResumedLogs(request);
  let client = await connection.session();
  let asked: LogsRequest = request;
  for (;;) {
    try {
      for await (const line of sessionLogs(client, asked, onEvent, signal)) if (logs.take(line)) yield line;
      return;
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      client = await connection.again(error, signal);
      asked = logs.resume();
    }
  }
}

async function* sessionLogs(
  client: SessionClient,
  request: LogsRequest,
  onEvent: OnEvent,
  signal: AbortSignal,
): AsyncIterable<TaskLogLine> {
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
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    yield* inbox.items();
  } finally {
    signal.removeEventListener('abort', abort);
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
