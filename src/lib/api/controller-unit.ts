import { EcsError } from './errors.js';
import { systemServerSocket } from './server-socket.js';
import { shorten } from './shorten.js';

export const controllerName = 'longshore-controller';

/** What a controller is to do. */
export type ControllerWork = Pick<
  ControllerUnit,
  'cluster' | 'notifyCommand' | 'serve' | 'listen' | 'metricsListen' | 'logLevel'
>;

/** A service of systemd that keeps the services of a state. Paths are absolute. */
export interface ControllerUnit {
  /** The program and its first words; `reconcile --watch` or `serve` follows. */
  program: readonly string[];
  /** All clusters of its state where none is named. */
  cluster?: string | undefined;
  notifyCommand?: string | undefined;
  /** It also answers the API of ECS. */
  serve?: boolean | undefined;
  /** Addresses of TCP that it answers on, beside its socket. */
  listen?: readonly string[] | undefined;
  /** Addresses of /metrics and /healthz alone. */
  metricsListen?: readonly string[] | undefined;
  logLevel?: string | undefined;
  /** Who it runs as; undefined: a unit of the user's own service manager. */
  user: string | undefined;
  /** Nothing secret: every user of the machine may read a unit. */
  environment: Readonly<Record<string, string>>;
  /** The folder of the state, which must be there. */
  stateFolder: string;
  /** Other folders that it writes to, where they are there. */
  writable: readonly string[];
  /** What it reads; one under /tmp is hidden from a unit with a /tmp of its own. */
  readable: readonly string[];
}

/** The first line by which a unit is known as one that may be replaced and removed. */
const MADE_BY = '# Made by longshore install-controller';

export const isControllerUnit = (text: string): boolean => text.startsWith(MADE_BY);

/** Where the unit belongs: of the system, or under the home of a user. */
export const systemUnitPath = `/etc/systemd/system/${controllerName}.service`;
export const userUnitPath = `.config/systemd/user/${controllerName}.service`;

/** The folder is systemd's to make (RuntimeDirectory); clients look there. */
const ownSocket = { LONGSHORE_SOCKET: systemServerSocket };

/**
 * The unit's text. Pure. Throws EcsError (InvalidParameterException) where a value has characters that a unit can't
 * hold: line breaks and other control characters.
 */
export function controllerUnitText(unit: ControllerUnit): string {
  const { cluster, notifyCommand, serve, listen = [], metricsListen = [], logLevel, user } = unit;
  const environment = serve && user !== undefined ? { ...unit.environment, ...ownSocket } : unit.environment;
  const [program = '', ...first] = unit.program;
  const words = [
    ...first,
    ...(serve ? ['serve'] : ['reconcile', '--watch']),
    ...(cluster === undefined ? [] : ['--cluster', cluster]),
    ...(listen.length === 0 ? [] : ['--listen', ...listen]),
    ...(metricsListen.length === 0 ? [] : ['--metrics-listen', ...metricsListen]),
    ...(logLevel === undefined ? [] : ['--log-level', logLevel]),
    ...(notifyCommand === undefined ? [] : ['--notify-command', notifyCommand]),
  ];
  const variables = Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = [
    `${MADE_BY}: made again, it is replaced. Changes of yours: systemctl ${user === undefined ? '--user ' : ''}edit ${controllerName}`,
    '[Unit]',
    `Description=Longshore's ${serve ? 'server: answers the API of ECS and' : 'controller:'} keeps the services of ${cluster === undefined ? 'all clusters' : `the cluster ${plain(cluster)}`}`,
    ...(user === undefined ? [] : ['Wants=network-online.target', 'After=network-online.target']),
    '',
    '[Service]',
    'Type=exec',
    ...(user === undefined ? [] : [`User=${plain(user)}`]),
    ...variables.map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    `ExecStart=${[quoted(program), ...words.map(argument)].join(' ')}`,
    'Restart=always',
    'RestartSec=5',
    // 128 + SIGTERM: it was asked to end, and has put things in order.
    'SuccessExitStatus=143',
    // Programs that it runs, such as a ProxyCommand's, go on until it has done so.
    'KillMode=mixed',
    'UMask=0077',
    ...(serve && user !== undefined ? ['RuntimeDirectory=longshore'] : []),
    ...hardening(unit),
    '',
    '[Install]',
    `WantedBy=${user === undefined ? 'default.target' : 'multi-user.target'}`,
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * What needs file systems of its own is left out of a user's unit: there it would need user namespaces, in which files of
 * root seem to be nobody's, and those are refused.
 */
function hardening({ user, stateFolder, writable, readable }: ControllerUnit): string[] {
  const always = [
    'NoNewPrivileges=yes',
    'LockPersonality=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'SystemCallArchitectures=native',
  ];
  if (user === undefined) return always;
  const inTmp = [stateFolder, ...writable, ...readable].some((path) => /^\/(var\/)?tmp(\/|$)/.test(path));
  const paths = [stateFolder, ...writable.map((path) => `-${path}`)];
  return [
    ...always,
    'ProtectSystem=strict',
    `ReadWritePaths=${paths.map(quoted).join(' ')}`,
    ...(inTmp ? [] : ['PrivateTmp=yes']),
    'ProtectControlGroups=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  ];
}

/** A word of a command line, in which `$` begins a variable; the program's own path knows none. */
const argument = (word: string): string => quoted(word).replaceAll('$', '$$$$');

/** One word as systemd reads it, whatever is in it. `%` begins a specifier. */
function quoted(word: string): string {
  const text = plain(word);
  return /^[\w@:,./+=%-]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Text without words to tell apart. */
function plain(text: string): string {
  if (/\p{Cc}/u.test(text))
    throw new EcsError(
      'InvalidParameterException',
      `A systemd unit can't hold line breaks or other control characters, and "${shorten(text)}" has some.`,
      'Put what needs them into a script, and name that.',
    );
  return text.replaceAll('%', '%%');
}
