import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the environment says; the only place that reads it. docs/configuration.md lists the variables. */
export interface Config {
  /** The state's file. */
  statePath: string;
  /** Where what can be made again is kept. */
  cacheDir: string;
  home: string;
  /** ARNs are printed with these. */
  region: string;
  account: string;
  /** OpenSSH configuration instead of the user's own. */
  sshConfigFile: string | undefined;
  sshAuthSock: string | undefined;
  /** Seconds */
  connectTimeout: number;
  acceptNewHostKeys: boolean;
  stoppedTasksKept: number;
  /** Milliseconds */
  cleanupWait: number;
  pullBehavior: 'default' | 'always' | 'once' | 'prefer-cached';
  /** Seconds */
  pullTimeout: number;
}

/** A variable of the environment holds what it can't mean. The message names it and what it may be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the environment. Throws ConfigError where a variable's value makes no sense. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const home = env['HOME'] || homedir();
  const stateHome = env['XDG_STATE_HOME'] || join(home, '.local', 'state');
  const cacheHome = env['XDG_CACHE_HOME'] || join(home, '.cache');
  return {
    home,
    statePath: env['LONGSHORE_STATE'] || join(stateHome, 'longshore', 'state.db'),
    cacheDir: join(cacheHome, 'longshore'),
    region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'local',
    account: env['LONGSHORE_ACCOUNT'] || '000000000000',
    sshConfigFile: env['LONGSHORE_SSH_CONFIG'] || undefined,
    sshAuthSock: env['SSH_AUTH_SOCK'] || undefined,
    connectTimeout: positive(env, 'LONGSHORE_CONNECT_TIMEOUT', 10),
    acceptNewHostKeys: ['1', 'true', 'yes'].includes(env['LONGSHORE_ACCEPT_NEW_HOST_KEYS'] ?? ''),
    stoppedTasksKept: positive(env, 'LONGSHORE_STOPPED_TASKS_KEPT', 1000),
    cleanupWait: 1000 * positive(env, 'LONGSHORE_TASK_CLEANUP_WAIT', 3 * 3600),
    pullBehavior: oneOf(env, 'LONGSHORE_IMAGE_PULL_BEHAVIOR', ['default', 'always', 'once', 'prefer-cached']),
    pullTimeout: positive(env, 'LONGSHORE_IMAGE_PULL_TIMEOUT', 600),
  };
}

function positive(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new ConfigError(`${name} is "${text}"; it takes a number above 0`);
}

function oneOf<T extends string>(env: NodeJS.ProcessEnv, name: string, allowed: readonly [T, ...T[]]): T {
  const text = env[name];
  if (text === undefined || text === '') return allowed[0];
  const found = allowed.find((a) => a === text);
  if (found !== undefined) return found;
  throw new ConfigError(`${name} is "${text}"; it takes one of ${allowed.join(', ')}`);
}

/** What the environment says of the terminal. */
export interface TerminalConfig {
  /** NO_COLOR and FORCE_COLOR; undefined where neither is set. */
  color: boolean | undefined;
  term: string | undefined;
  columns: number | undefined;
  /** Whether the locale's characters are UTF-8. */
  unicode: boolean;
}

export function readTerminalConfig(env: NodeJS.ProcessEnv = process.env): TerminalConfig {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return {
    color: env['NO_COLOR'] ? false : forcedColor(env['FORCE_COLOR']),
    term: env['TERM'],
    columns: Number(env['COLUMNS']) || undefined,
    unicode: /utf-?8/i.test(locale),
  };
}

function forcedColor(text: string | undefined): boolean | undefined {
  return text === undefined || text === '' ? undefined : text !== '0';
}
