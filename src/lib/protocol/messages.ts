import type { OperationName } from '../api/operations.js';
import type { EngineEvent } from '../engine/events.js';
import type { ExecuteRequest, Execution, ExecutionEnd, LogsRequest, TaskLogLine } from '../engine/engine.js';
import type { TerminalSize } from '../hosts/container-types.js';
import type { SentError } from './errors.js';

/**
 * The engine's interface over one connection: the client begins exchanges and ends them, the server tells what happens in
 * each. The streams of a command go as frames of their own.
 */

/** What a client asks an HTTP server to upgrade to. Another number is another way to write frames. */
export const PROTOCOL = 'longshore/2';
export const SESSION_PATH = '/session';
/** The region that ARNs are printed with. */
export const REGION_HEADER = 'x-longshore-region';
/**
 * Random, and signed: a session that was signed for can't be opened a second time. After the server's challenge and a `.`,
 * where the client has asked for that: then not at another server either, nor after a restart.
 */
export const NONCE_HEADER = 'x-longshore-nonce';
/** Random, of one run of a server: GET /session without an upgrade is answered with it. */
export const CHALLENGE_HEADER = 'x-longshore-challenge';

/** The server's version, in its answer to the upgrade. */
export const VERSION_HEADER = 'x-longshore-version';

/** Bytes of standard input that may be on their way to a command that doesn't read. */
export const INPUT_WINDOW = 1024 * 1024;

export type ClientMessage =
  | { type: 'call'; operation: OperationName; input: object }
  | { type: 'logs'; request: Omit<LogsRequest, 'signal'> }
  | { type: 'execute'; request: ExecuteRequest }
  /** Nobody waits for it any more. */
  | { type: 'abort' }
  | { type: 'resize'; size: TerminalSize }
  /** The end of the command's standard input. */
  | { type: 'end' };

export type ServerMessage =
  | { type: 'event'; event: EngineEvent }
  | { type: 'answer'; answer: object }
  | { type: 'lines'; lines: TaskLogLine[] }
  | { type: 'executing'; answer: Execution['answer']; host: string; interactive: boolean }
  /** The command has read so many bytes of its standard input: as many more may come. */
  | { type: 'room'; bytes: number }
  /** The command's output is over. */
  | { type: 'ended'; end: ExecutionEnd }
  /** The exchange is over, well or not. */
  | { type: 'done' }
  | { type: 'error'; error: SentError };

/** Dates come out as dates; nothing else but JSON's own values goes over. */
export const encodeMessage = (message: ClientMessage | ServerMessage): Buffer =>
  Buffer.from(JSON.stringify(message, dated));

/** Throws SyntaxError, also where it is no object or one that is nested too deeply. */
export function decodeMessage<M extends ClientMessage | ServerMessage>(content: Buffer): M {
  const message = parsed(content.toString());
  if (typeof message === 'object' && message !== null && 'type' in message) return message as M;
  throw new SyntaxError('no message');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, undated);
  } catch (error) {
    // The reviver goes as deep as the text does.
    if (error instanceof RangeError)
      throw new SyntaxError('a message that is nested too deeply', { cause: error });
    throw error;
  }
}

/** JSON.stringify has made a text of a date by the time it shows it; the date itself is still in its place. */
function dated(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Record<string, unknown>)[key];
  return given instanceof Date ? { $date: given.getTime() } : value;
}

function undated(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { $date: time, ...others } = value as { $date?: unknown };
  return typeof time === 'number' && Object.keys(others).length === 0 ? new Date(time) : value;
}
