import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type ControllerUnit,
  type ControllerWork,
  systemUnitPath,
  userUnitPath,
} from '../api/controller-unit.js';
import type { ControllerMachine } from '../api/service-types.js';
import { shellQuote } from '../api/shell-quote.js';
import { readServiceEnvironment, type ServiceEnvironment } from '../config.js';
import type { GlobalOptions } from './globals.js';

/** What a controller on this machine is made of. */
export interface ControllerHere {
  surroundings: ServiceEnvironment;
  unit: ControllerUnit;
}

/** Where systemd looks for programs. */
const SEARCHED = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** This process's settings, flags before variables. Throws ConfigError. */
export const surroundingsOf = (options: GlobalOptions): ServiceEnvironment =>
  readServiceEnvironment({
    LONGSHORE_STATE: options.state,
    LONGSHORE_SSH_CONFIG: options.sshConfigFile,
    AWS_REGION: options.region,
    LONGSHORE_CONNECT_TIMEOUT: options.connectTimeout?.toString(),
    LONGSHORE_ACCEPT_NEW_HOST_KEYS: options.acceptNewHostKeys === true ? '1' : undefined,
  });

/** The unit of a controller that is what this process is: the same program, user, state and settings. */
export function controllerHere(
  surroundings: ServiceEnvironment,
  asked: ControllerWork,
  ofUser: boolean,
): ControllerHere {
  const { config, paths, values, searchPath } = surroundings;
  const { home, statePath, cacheDir, sshConfigFile, identityFile } = config;
  // Where relative paths begin: a service begins elsewhere.
  const filesDir = resolve(config.filesDir);
  const stray = programsNeeded(config.secretsCommand).some((name) => isElsewhere(name, searchPath));
  const program = [process.execPath, ownProgram(searchPath)];
  const unit: ControllerUnit = {
    program,
    ...asked,
    user: ofUser ? undefined : config.user,
    environment: {
      HOME: home,
      ...(stray && { PATH: [...new Set([...searchPath, ...SEARCHED])].join(':') }),
      ...values,
      ...paths,
      LONGSHORE_FILES_DIR: filesDir,
    },
    stateFolder: dirname(statePath),
    writable: [cacheDir, ...(config.acceptNewHostKeys ? [join(home, '.ssh')] : [])],
    readable: [...program, home, identityFile, filesDir, ...(sshConfigFile ? [sshConfigFile] : [])],
  };
  return { surroundings, unit };
}

const programsNeeded = (secretsCommand: string | undefined): string[] => [
  'ssh',
  ...(secretsCommand === undefined ? [] : (/^\S+/.exec(secretsCommand.trim()) ?? [])),
];

function isElsewhere(name: string, searchPath: readonly string[]): boolean {
  const found = name.includes('/') ? undefined : findProgram(name, searchPath);
  return found !== undefined && !SEARCHED.includes(dirname(found));
}

function findProgram(name: string, searchPath: readonly string[]): string | undefined {
  return searchPath.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The name on the PATH goes on after an update where the path of what it leads to may not. */
function ownProgram(searchPath: readonly string[]): string {
  const own = realpathSync(process.argv[1] ?? '.');
  const named = findProgram('longshore', searchPath);
  return named !== undefined && realpathSync(named) === own ? named : own;
}

/** Label and text of each thing that the service will use. */
export function whatItUses(
  { surroundings, unit }: ControllerHere,
  machine: ControllerMachine,
): [string, string][] {
  const { config, withheld } = surroundings;
  const there = (path: string) => (isFile(path) ? path : `${path} (not there)`);
  const keys =
    machine.keyFiles.length > 0 ? machine.keyFiles.join(', ') : 'those that the configuration names';
  return [
    ['user', unit.user ?? `${config.user}, by systemctl --user`],
    ['clusters', unit.cluster ?? 'all of the state'],
    ['state', there(config.statePath)],
    ['SSH', there(config.sshConfigFile ?? join(config.home, '.ssh/config'))],
    ['known hosts', `${there(join(config.home, '.ssh/known_hosts'))}, or those that it names`],
    ['keys', keys],
    ['age identity', there(config.identityFile)],
    ['secrets', config.secretsCommand ?? 'no command of yours (LONGSHORE_SECRETS_COMMAND)'],
    ['files', config.filesDir === '.' ? `relative paths begin in ${process.cwd()}` : config.filesDir],
    ...(withheld.length > 0 ? [['left out', withheld.join(', ')] as [string, string]] : []),
  ];
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What somebody should know before the service finds out. */
export function warningsOf({ surroundings, unit }: ControllerHere, machine: ControllerMachine): string[] {
  const { withheld, config } = surroundings;
  const { agentKeys, keyFiles, encryptedKeyFiles } = machine;
  const warnings: string[] = [];
  const locked = encryptedKeyFiles.join(', ');
  if (keyFiles.length === 0 && (agentKeys > 0 || locked !== ''))
    warnings.push(
      `a service has no SSH agent and nobody who types a passphrase, and ${
        agentKeys > 0 ? `your keys come from the agent (${agentKeys})` : `${locked} is encrypted`
      }: unless your SSH configuration or hosts file names a key file without one, make a key for the service (ssh-keygen -t ed25519 -N '' -f ~/.ssh/longshore) and name it there as IdentityFile`,
    );
  if (withheld.length > 0)
    warnings.push(
      `${withheld.join(', ')} may be secret and so stand${withheld.length === 1 ? 's' : ''} in no unit: what the service needs of them goes into a file of mode 0600 that EnvironmentFile= names (systemctl ${unit.user === undefined ? '--user ' : ''}edit longshore-controller)`,
    );
  if (!isFile(config.statePath)) warnings.push(`there is no state at ${config.statePath} yet`);
  return warnings;
}

/** The commands that install it, the first with the words that were given. */
export function installCommands(argv: readonly string[], ofUser: boolean): string[] {
  const self = ['longshore install-controller', ...argv.map(shellWord)].join(' ');
  if (!ofUser)
    return [
      `${self} | sudo tee ${systemUnitPath}`,
      'sudo systemctl daemon-reload',
      'sudo systemctl enable --now longshore-controller',
    ];
  return [
    `${self} | install -D -m 0644 /dev/stdin ~/${userUnitPath}`,
    'systemctl --user daemon-reload',
    'systemctl --user enable --now longshore-controller',
  ];
}

const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuote(word));

/** What removes it again where it was installed by hand. */
export function removeCommand(ofUser: boolean): string {
  const [sudo, systemctl, path] = ofUser
    ? ['', 'systemctl --user', `~/${userUnitPath}`]
    : ['sudo ', 'systemctl', systemUnitPath];
  const name = basename(path, '.service');
  return `${sudo}${systemctl} disable --now ${name} && ${sudo}rm ${path} && ${sudo}${systemctl} daemon-reload`;
}
