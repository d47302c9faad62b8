import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { seconds } from './api/seconds.js';
import { serverSocketName, systemServerSocket } from './api/server-socket.js';

/** What the environment says; the only place that reads it. docs/configuration.md lists the variables. */
export interface Config {
  /** The state's file. */
  statePath: string;
  /** Where what can be made again is kept. */
  cacheDir: string;
  home: string;
  /** Who logs in where nothing else is said. */
  user: string;
  /** ARNs are printed with these. */
  region: string;
  account: string;
  /** OpenSSH configuration instead of the user's own. */
  sshConfigFile: string | undefined;
  sshAuthSock: string | undefined;
  /** Where the docker command finds the engine of this machine. */
  dockerHost: string | undefined;
  /** Seconds */
  connectTimeout: number;
  acceptNewHostKeys: boolean;
  stoppedTasksKept: number;
  /** Milliseconds */
  cleanupWait: number;
  /** Its times in milliseconds. */
  imageCleanUp: {
    disabled: boolean;
    interval: number;
    minimumAge: number;
    perCycle: number;
    exclude: string[];
  };
  pullBehavior: 'default' | 'always' | 'once' | 'prefer-cached';
  /** Milliseconds; see Settings of the engine. */
  healthyAfter: number;
  hostGrace: number;
  /** Seconds */
  pullTimeout: number;
  /** Path of the Unix socket of longshore serve. */
  socketPath: string;
  /** What opens the secrets in the state. */
  identityFile: string;
  /** Gives secrets that are nowhere else. */
  secretsCommand: string | undefined;
  /** Where relative paths in task definitions begin. */
  filesDir: string;
  /** Whether containers get ECS's metadata file. */
  containerMetadata: boolean;
  /** How large a log's file grows, in Docker's words, and how many of them are kept. */
  logMaxSize: string;
  logMaxFiles: number;
  /** Passwords of registries, as ECS's agent takes them. */
  engineAuthData: string | undefined;
  /** Where Docker's config.json is. */
  dockerConfigDir: string;
}

/** A variable of the environment holds what it can't mean. The message names it and what it may be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the environment. Throws ConfigError where a variable's value makes no sense. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const home = env['HOME'] || homedir();
  const stateHome = env['XDG_STATE_HOME'] || join(home, '.local', 'state');
  const configHome = env['XDG_CONFIG_HOME'] || join(home, '.config');
  const cacheHome = env['XDG_CACHE_HOME'] || join(home, '.cache');
  return {
    home,
    user: userName(env),
    statePath: env['LONGSHORE_STATE'] || join(stateHome, 'longshore', 'state.db'),
    cacheDir: join(cacheHome, 'longshore'),
    region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'local',
    socketPath: env['LONGSHORE_SOCKET'] || defaultSocket(env, stateHome),
    account: env['LONGSHORE_ACCOUNT'] || '000000000000',
    sshConfigFile: env['LONGSHORE_SSH_CONFIG'] || undefined,
    sshAuthSock: env['SSH_AUTH_SOCK'] || undefined,
    dockerHost: env['DOCKER_HOST'] || undefined,
    connectTimeout: duration(env, 'LONGSHORE_CONNECT_TIMEOUT', 10, PATIENCE),
    acceptNewHostKeys: yes(env, 'LONGSHORE_ACCEPT_NEW_HOST_KEYS'),
    stoppedTasksKept: wholeNumber(env, 'LONGSHORE_STOPPED_TASKS_KEPT', 1000, 0),
    cleanupWait: 1000 * duration(env, 'LONGSHORE_TASK_CLEANUP_WAIT', 3 * 3600),
    imageCleanUp: {
      disabled: yes(env, 'LONGSHORE_DISABLE_IMAGE_CLEANUP'),
      interval: 1000 * duration(env, 'LONGSHORE_IMAGE_CLEANUP_INTERVAL', 1800),
      minimumAge: 1000 * duration(env, 'LONGSHORE_IMAGE_MINIMUM_CLEANUP_AGE', 3600),
      perCycle: wholeNumber(env, 'LONGSHORE_NUM_IMAGES_DELETE_PER_CYCLE', 5, 1),
      exclude: words(env, 'LONGSHORE_EXCLUDE_UNTRACKED_IMAGE'),
    },
    healthyAfter: 1000 * duration(env, 'LONGSHORE_HEALTHY_AFTER', 40),
    hostGrace: 1000 * duration(env, 'LONGSHORE_HOST_GRACE', 60),
    pullBehavior: oneOf(env, 'LONGSHORE_IMAGE_PULL_BEHAVIOR', ['default', 'always', 'once', 'prefer-cached']),
    pullTimeout: duration(env, 'LONGSHORE_IMAGE_PULL_TIMEOUT', 600, PATIENCE),
    identityFile: env['LONGSHORE_AGE_IDENTITY'] || join(configHome, 'longshore', 'age-identity.txt'),
    secretsCommand: env['LONGSHORE_SECRETS_COMMAND'] || undefined,
    filesDir: env['LONGSHORE_FILES_DIR'] || '.',
    containerMetadata: yes(env, 'LONGSHORE_ENABLE_CONTAINER_METADATA'),
    logMaxSize: logSize(env, 'LONGSHORE_LOG_MAX_SIZE', '20m'),
    logMaxFiles: wholeNumber(env, 'LONGSHORE_LOG_MAX_FILES', 5, 1),
    engineAuthData: engineAuthData(env),
    dockerConfigDir: env['DOCKER_CONFIG'] || join(home, '.docker'),
  };
}

/** Where longshore serve listens: who comes by SSH looks for it there (hosts/server-socket.ts), too. */
function defaultSocket(env: NodeJS.ProcessEnv, stateHome: string): string {
  if (process.getuid?.() === 0) return systemServerSocket;
  const runtime = env['XDG_RUNTIME_DIR'];
  return join(runtime || join(stateHome, 'longshore'), serverSocketName);
}

/** A variable that a task definition, or a secret's name, refers to; an empty one counts as not set. */
export const readVariable = (name: string, env: NodeJS.ProcessEnv = process.env): string | undefined =>
  env[name] || undefined;

/** What a service of this user's goes by, and has to be told since it inherits nothing. */
export interface ServiceEnvironment {
  config: Config;
  /** Settings that differ from their defaults: paths are absolute, and mean this machine. */
  paths: Record<string, string>;
  values: Record<string, string>;
  /** Variables that are set and may be secret. */
  withheld: string[];
  /** Where programs are looked for. */
  searchPath: string[];
}

const mayBeSecret =
  /^(LONGSHORE_SECRET_.*|ECS_ENGINE_AUTH_DATA|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN))$/;
const maySet = /^(LONGSHORE_\w+|ECS_ENGINE_AUTH_TYPE|AWS_(DEFAULT_)?REGION|DOCKER_CONFIG|XDG_\w+)$/;
/** A program's words may begin with a path, too: they mean this machine. */
const ofThisMachine =
  /^(LONGSHORE_(STATE|SSH_CONFIG|AGE_IDENTITY|FILES_DIR|SECRETS_COMMAND)|DOCKER_CONFIG|XDG_\w+)$/;

/** `flags`: variables that a command line says otherwise. Throws ConfigError. */
export function readServiceEnvironment(
  flags: Readonly<Record<string, string | undefined>> = {},
  env: NodeJS.ProcessEnv = process.env,
): ServiceEnvironment {
  const given = Object.entries({ ...env, ...onlyGiven(flags) });
  const all = Object.fromEntries(
    given.map(([name, value = '']) => [
      name,
      ofThisMachine.test(name) && name !== 'LONGSHORE_SECRETS_COMMAND' && value !== ''
        ? resolve(value)
        : value,
    ]),
  );
  const config = readConfig(all);
  const said = JSON.stringify(config);
  const told = Object.entries(all).filter(
    ([name]) =>
      maySet.test(name) &&
      !mayBeSecret.test(name) &&
      // One that changes nothing is at its default, or means nothing.
      JSON.stringify(readConfig({ ...all, [name]: undefined })) !== said,
  );
  return {
    config,
    paths: Object.fromEntries(told.filter(([name]) => ofThisMachine.test(name))),
    values: Object.fromEntries(told.filter(([name]) => !ofThisMachine.test(name))),
    withheld: Object.keys(all).filter((name) => mayBeSecret.test(name) && all[name] !== ''),
    searchPath: (readVariable('PATH', env) ?? '').split(':').filter((folder) => folder.startsWith('/')),
  };
}

const onlyGiven = (flags: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

interface Bounds {
  least: number;
  most?: number;
}

/** Seconds. A day is more than anybody waits; a timer of Node.js ends at 24 of them. */
const PATIENCE: Bounds = { least: 0.1, most: 86_400 };

/** Seconds, also as `--timeout` takes them: `90s`, `2h`. */
function duration(
  env: NodeJS.ProcessEnv,
  name: string,
  otherwise: number,
  { least, most }: Bounds = { least: 0 },
): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = seconds(text);
  if (value !== undefined && value >= least && value <= (most ?? Infinity)) return value;
  const range = most === undefined ? `${least} or more` : `${least} to ${most}`;
  throw new ConfigError(`${name} is "${text}"; it takes seconds, ${range}, or a time such as 90s or 2h`);
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, otherwise: number, least: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ConfigError(`${name} is "${text}"; it takes a whole number, ${least} or more`);
}

/** A size as Docker's log drivers take it; -1 is without end. */
function logSize(env: NodeJS.ProcessEnv, name: string, otherwise: string): string {
  const text = env[name] || otherwise;
  if (/^(-1|[1-9]\d{0,11}[bkmg]?)$/i.test(text)) return text;
  throw new ConfigError(`${name} is "${text}"; it takes a size such as 20m, or -1 for files that grow on`);
}

function yes(env: NodeJS.ProcessEnv, name: string): boolean {
  const text = (env[name] ?? '').toLowerCase();
  if (['1', 'true', 'yes'].includes(text)) return true;
  if (['', '0', 'false', 'no'].includes(text)) return false;
  throw new ConfigError(`${name} is "${env[name]}"; it takes 1 or 0`);
}

/** Separated by commas. */
const words = (env: NodeJS.ProcessEnv, name: string): string[] =>
  (env[name] ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Both forms are read alike; another type would be a mistake. */
function engineAuthData(env: NodeJS.ProcessEnv): string | undefined {
  const type = oneOf(env, 'ECS_ENGINE_AUTH_TYPE', ['', 'dockercfg', 'docker']);
  return type === '' ? undefined : env['ECS_ENGINE_AUTH_DATA'] || undefined;
}

/** In a container the user may have a number only. */
function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env['USER'] || env['LOGNAME'] || 'root';
  }
}

function oneOf<T extends string>(env: NodeJS.ProcessEnv, name: string, allowed: readonly [T, ...T[]]): T {
  const text = env[name];
  if (text === undefined || text === '') return allowed[0];
  const found = allowed.find((a) => a === text);
  if (found !== undefined) return found;
  throw new ConfigError(`${name} is "${text}"; it takes one of ${allowed.join(', ')}`);
}

/** What requests to an endpoint are signed with; undefined where the environment has no whole key. */
export function readCredentials(env: NodeJS.ProcessEnv = process.env) {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] || undefined };
}

/** The longshore server that answers where no flag says one. */
export const readEndpoint = (env: NodeJS.ProcessEnv = process.env): string | undefined =>
  env['LONGSHORE_ENDPOINT'] || undefined;

/** The form of answers that scripts get where no flag says one. Throws ConfigError. */
export const readDefaultOutput = (env: NodeJS.ProcessEnv = process.env) =>
  oneOf(env, 'AWS_DEFAULT_OUTPUT', ['json', 'yaml', 'yaml-stream', 'text', 'table']);

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
