import { EcsError } from '../api/errors.js';
import { type OperationName, Operations } from '../api/operations.js';
import type { LogsRequest } from '../engine/engine.js';
import type { ClientMessage } from '../protocol/messages.js';

/** What begins an exchange, when it has the members that it should, of the types that they should have. Pure. */
export type Beginning = Extract<ClientMessage, { type: 'call' | 'logs' | 'execute' }>;

type TerminalSize = Extract<ClientMessage, { type: 'resize' }>['size'];

/** What it asks for, for logs and metrics: one of a few names, whatever a client sends. */
export function subjectOf(message: Beginning): OperationName | 'Logs' | 'unknown' {
  if (message.type === 'logs') return 'Logs';
  if (message.type === 'execute') return 'ExecuteCommand';
  return isOperation(message.operation) ? message.operation : 'unknown';
}

/** Whether it goes on until somebody ends it, or something else does. */
export const isWait = (message: Beginning): boolean =>
  message.type !== 'call' ||
  subjectOf(message).startsWith('Wait') ||
  (isObject(message.input) && message.input['watch'] === true);

/** Inputs of operations are left to the engine. Throws EcsError InvalidParameterException. */
export function checkBeginning(message: Beginning): void {
  if (message.type === 'call') {
    if (!isOperation(message.operation)) throw invalid('There is no such operation.');
    if (!isObject(message.input)) throw invalid('The input is no object.');
    return;
  }
  if (!isObject(message.request)) throw invalid('The request is no object.');
  if (message.type === 'logs') return checkLogs(message.request);
  const { terminal } = message.request;
  if (terminal !== undefined && !isSize(terminal)) throw invalid('The terminal has no size.');
}

/** As a terminal may have it. */
export const isSize = (size: unknown): size is TerminalSize =>
  isObject(size) && isLength(size['rows']) && isLength(size['columns']);

const isOperation = (name: unknown): name is OperationName =>
  typeof name === 'string' && Object.hasOwn(Operations, name);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

const isLength = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535;

type LogsMember = Exclude<keyof LogsRequest, 'signal'>;

const logsMembers: Readonly<Record<LogsMember, 'string' | 'number' | 'boolean' | 'list'>> = {
  cluster: 'string',
  tasks: 'list',
  family: 'string',
  service: 'string',
  logGroup: 'string',
  logStreamPrefix: 'string',
  container: 'string',
  follow: 'boolean',
  since: 'number',
  until: 'number',
  tail: 'number',
  filterPattern: 'string',
};

/** As many as DescribeTasks takes, and then some: people name them on a command line. */
const MOST_TASKS = 1000;

function checkLogs(request: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(request)) {
    if (!Object.hasOwn(logsMembers, name)) throw invalid('Logs have no such member.');
    const type = logsMembers[name as LogsMember];
    const fits =
      type === 'list' ? isListOfTexts(value) : type === 'string' ? isText(value) : typeof value === type;
    if (!fits) throw invalid(`${name} of logs is no ${type}.`);
  }
}

const isListOfTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST_TASKS && value.every(isText);

/** The longest that means something is a pattern of CloudWatch Logs, of 1024. */
const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= 4096;

const invalid = (message: string) => new EcsError('InvalidParameterException', message);
