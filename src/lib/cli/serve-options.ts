import { seconds } from '../api/seconds.js';
import { type CliFlags, switchFlag, textFlag } from './flag.js';
import { notifyFlags } from './notify.js';
import { UsageError } from './usage-error.js';
import { listOf, textOf, type Words } from './words.js';

/** Flags of `serve`. */
export const serveFlags: CliFlags = {
  socket: textFlag('Path of the Unix socket (default: LONGSHORE_SOCKET, else in the runtime directory)', {
    helpValue: '<path>',
    allowNo: true,
  }),
  listen: textFlag('Also listen on TCP, where requests are signed with access keys', {
    helpValue: '<host:port>',
    multiple: true,
  }),
  'metrics-listen': textFlag(
    'Give /metrics and /healthz, and nothing else, to everybody on these addresses',
    {
      helpValue: '<host:port>',
      multiple: true,
    },
  ),
  unsigned: switchFlag('On TCP, too, take requests of everybody; only on loopback'),
  'shutdown-timeout': textFlag('Most seconds that what is under way may take at the end (default 30)', {
    helpValue: '<seconds>',
  }),
  'max-body-size': textFlag('Most bytes of a request (default 1048576)', { helpValue: '<bytes>' }),
  'max-requests': textFlag('Most requests that are worked on at once (default 512)', {
    helpValue: '<number>',
  }),
  'max-connections': textFlag('Most connections to each address (default 1024)', { helpValue: '<number>' }),
  'request-timeout': textFlag('Most seconds in which a request has to be sent (default 30)', {
    helpValue: '<seconds>',
  }),
  'log-level': textFlag('error, warn, info (default) or debug, which tells of each request that only reads', {
    options: ['error', 'warn', 'info', 'debug'],
    helpValue: '<level>',
  }),
  ...notifyFlags,
  keep: switchFlag('Keep the services; --no-keep leaves that to another process', { allowNo: true }),
};

export interface ServeFlags {
  /** undefined: the default; null: none. */
  socket: string | null | undefined;
  listen: { host: string; port: number }[];
  metricsListen: { host: string; port: number }[];
  unsigned: boolean;
  /** Seconds */
  patience: number;
  limits: { body?: number; requests?: number; connections?: number; requestTime?: number };
  logLevel: 'error' | 'warn' | 'info' | 'debug';
  keep: boolean;
}

/** Throws UsageError. */
export function serveOptions(words: Words): ServeFlags {
  const whole = (name: string) => wholeNumber(name, textOf(words, name));
  const limits = {
    body: whole('max-body-size'),
    requests: whole('max-requests'),
    connections: whole('max-connections'),
    requestTime: secondsOf('request-timeout', textOf(words, 'request-timeout')),
  };
  return {
    socket: words.given.get('socket') === false ? null : textOf(words, 'socket'),
    listen: (listOf(words, 'listen') ?? []).map((text) => addressOf('listen', text)),
    metricsListen: (listOf(words, 'metrics-listen') ?? []).map((text) => addressOf('metrics-listen', text)),
    unsigned: words.given.get('unsigned') === true,
    patience: secondsOf('shutdown-timeout', textOf(words, 'shutdown-timeout')) ?? 30,
    limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
    logLevel: (textOf(words, 'log-level') as ServeFlags['logLevel'] | undefined) ?? 'info',
    keep: words.given.get('keep') !== false,
  };
}

/** `8080`, `:8080` and `localhost:8080` are this machine's own; `[::]:8080` is every address. */
function addressOf(flag: string, text: string): { host: string; port: number } {
  const match = /^(?:(?:tcp|http):\/\/)?(?:(\[[0-9a-f:]+\]|[^:/[\]]*):)?(\d{1,5})\/?$/i.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65535)
    throw new UsageError(`--${flag} takes HOST:PORT, such as 127.0.0.1:8080, not "${text}"`);
  return { host: match[1]?.replace(/^\[|\]$/g, '') || '127.0.0.1', port };
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} takes a whole number above 0, not "${text}"`);
}

function secondsOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = seconds(text);
  if (value !== undefined && value > 0) return value;
  throw new UsageError(`--${name} takes seconds above 0, such as 10 or 30s, not "${text}"`);
}
