import { join } from 'node:path';

/** What OpenSSH's configuration says about one host; paths are absolute. */
export interface SshSettings {
  /** What was asked for: a name of the configuration, or an address. */
  alias: string;
  hostName: string;
  user: string;
  port: number;
  identityFiles: string[];
  /** False where the files are only the defaults that ssh looks for by itself. */
  identityFilesNamed: boolean;
  identitiesOnly: boolean;
  /** Path of a socket; `none` where no agent may be used; undefined: the environment's. */
  identityAgent: string | undefined;
  proxyJump: string | undefined;
  proxyCommand: string | undefined;
  userKnownHostsFiles: string[];
  globalKnownHostsFiles: string[];
  /** Lists of keys that no host may show. */
  revokedHostKeysFiles: string[];
  strictHostKeyChecking: 'yes' | 'ask' | 'accept-new' | 'no';
  hostKeyAlias: string | undefined;
  hashKnownHosts: boolean;
  /** Seconds; undefined where nothing is said. */
  connectTimeout: number | undefined;
  /** Seconds; 0 where nothing is said. */
  serverAliveInterval: number;
  serverAliveCountMax: number;
}

export interface LocalUser {
  name: string;
  home: string;
}

/** The keys that ssh looks for by itself, in its order; ssh2 can use no others. */
export const defaultIdentities = ['id_rsa', 'id_ecdsa', 'id_ed25519'];

/** What holds where OpenSSH's client is not there to ask. */
export function defaultSettings(
  place: { host: string; user?: string; port?: number },
  local: LocalUser,
): SshSettings {
  const dotSsh = (name: string) => join(local.home, '.ssh', name);
  return {
    alias: place.host,
    hostName: place.host,
    user: place.user ?? local.name,
    port: place.port ?? 22,
    identityFiles: defaultIdentities.map(dotSsh),
    identityFilesNamed: false,
    identitiesOnly: false,
    identityAgent: undefined,
    proxyJump: undefined,
    proxyCommand: undefined,
    userKnownHostsFiles: [dotSsh('known_hosts'), dotSsh('known_hosts2')],
    globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
    revokedHostKeysFiles: [],
    strictHostKeyChecking: 'ask',
    hostKeyAlias: undefined,
    hashKnownHosts: false,
    connectTimeout: undefined,
    serverAliveInterval: 0,
    serverAliveCountMax: 3,
  };
}

/** Reads the output of `ssh -G`: one `keyword value` a line, keywords in lower case, some several times. */
export function parseSettings(
  output: string,
  place: { host: string; user?: string; port?: number },
  local: LocalUser,
): SshSettings {
  const all = new Map<string, string[]>();
  for (const line of output.split(/\r?\n/)) {
    const space = line.indexOf(' ');
    if (space < 0) continue;
    const keyword = line.slice(0, space).toLowerCase();
    all.set(keyword, [...(all.get(keyword) ?? []), line.slice(space + 1)]);
  }
  const said = (keyword: string): string | undefined => {
    const value = all.get(keyword)?.[0];
    return value === undefined || value.toLowerCase() === 'none' ? undefined : value;
  };

  const base = defaultSettings(place, local);
  const host = {
    alias: place.host,
    hostName: said('hostname') ?? base.hostName,
    user: said('user') ?? base.user,
  };
  const port = Number(said('port') ?? base.port);
  const expand = (path: string) => expandPath(path, { ...host, port }, local);
  const paths = (keyword: string, otherwise: string[]) =>
    all.has(keyword) ? splitPaths(said(keyword) ?? '').map(expand) : otherwise;
  const identityFiles = (all.get('identityfile') ?? []).filter((path) => path !== 'none').map(expand);
  return {
    ...base,
    ...host,
    port,
    identityFiles: all.has('identityfile') ? identityFiles : base.identityFiles,
    identityFilesNamed: identityFiles.length > 0 && !isDefaultList(identityFiles, local),
    identitiesOnly: said('identitiesonly') === 'yes',
    identityAgent: identityAgentOf(all.get('identityagent')?.[0], expand),
    proxyJump: said('proxyjump'),
    proxyCommand: said('proxycommand'),
    userKnownHostsFiles: paths('userknownhostsfile', base.userKnownHostsFiles),
    globalKnownHostsFiles: paths('globalknownhostsfile', base.globalKnownHostsFiles),
    revokedHostKeysFiles: paths('revokedhostkeys', base.revokedHostKeysFiles),
    strictHostKeyChecking: strictnessOf(said('stricthostkeychecking')),
    hostKeyAlias: said('hostkeyalias'),
    hashKnownHosts: said('hashknownhosts') === 'yes',
    connectTimeout: positive(said('connecttimeout')),
    serverAliveInterval: positive(said('serveraliveinterval')) ?? 0,
    serverAliveCountMax: positive(said('serveralivecountmax')) ?? base.serverAliveCountMax,
  };
}

/** `~` and the tokens that OpenSSH allows in paths. */
export function expandPath(
  path: string,
  host: Pick<SshSettings, 'alias' | 'hostName' | 'user' | 'port'>,
  local: LocalUser,
): string {
  const tokens: Record<string, string> = {
    '%': '%',
    d: local.home,
    h: host.hostName,
    n: host.alias,
    p: String(host.port),
    r: host.user,
    u: local.name,
  };
  const expanded = path.replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole);
  if (expanded === '~') return local.home;
  return expanded.startsWith('~/') ? join(local.home, expanded.slice(2)) : expanded;
}

/** `ssh -G` prints several paths without quotes; a new one begins with `/` or `~`. */
function splitPaths(value: string): string[] {
  return value.split(/\s+(?=[/~])/).filter((path) => path !== '');
}

function isDefaultList(files: string[], local: LocalUser): boolean {
  const prefix = join(local.home, '.ssh', 'id_');
  return files.length > 3 && files.every((file) => file.startsWith(prefix));
}

function identityAgentOf(value: string | undefined, expand: (path: string) => string): string | undefined {
  // Another variable of the environment can't be asked for here; the usual one is the best guess.
  if (value === undefined || value === 'SSH_AUTH_SOCK' || value.startsWith('$')) return undefined;
  return value.toLowerCase() === 'none' ? 'none' : expand(value);
}

/** OpenSSH prints `true` and `false` for yes and no here. */
function strictnessOf(value: string | undefined): SshSettings['strictHostKeyChecking'] {
  switch (value) {
    case 'yes':
    case 'true':
      return 'yes';
    case 'no':
    case 'off':
    case 'false':
      return 'no';
    case 'accept-new':
      return 'accept-new';
    default:
      return 'ask';
  }
}

function positive(value: string | undefined): number | undefined {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}
