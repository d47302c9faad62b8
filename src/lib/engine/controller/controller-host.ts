import { posix } from 'node:path';
import { clusterName } from '../../api/arn.js';
import type { ControllerUnit, ControllerWork } from '../../api/controller-unit.js';

/** What the host of a controller shows; undefined: it isn't there, or makes no sense. */
export interface ControllerFacts {
  user: string | undefined;
  systemd: boolean;
  /** How its units can be changed. */
  root: 'login' | 'sudo' | undefined;
  home: string | undefined;
  cacheFolder: string | undefined;
  longshore: string | undefined;
  node: string | undefined;
  /** `0.1.0` */
  version: string | undefined;
  statePath: string | undefined;
  /** Names; undefined: there is no state yet, or none that can be read. */
  clusters: string[] | undefined;
  enabled: boolean;
  active: boolean;
  /** The text of the unit that is there now. */
  unit: string | undefined;
}

/** Reads what the script printed. Pure; whoever has the host may have it print anything. */
export function readControllerFacts(text: string): ControllerFacts {
  const parts = new Map<string, string>();
  for (const chunk of text.split(/^== /m).slice(1)) {
    const end = chunk.indexOf('\n');
    const name = chunk.slice(0, end).trim();
    if (!parts.has(name)) parts.set(name, chunk.slice(end + 1));
  }
  const part = (name: string) => (parts.get(name) ?? '').trim();
  const path = (name: string) => (isPath(part(name)) ? part(name) : undefined);
  const root = part('root');
  const unit = parts.get('unit') ?? '';
  return {
    user: /^[\w.][\w.@-]{0,63}\$?$/.test(part('user')) ? part('user') : undefined,
    systemd: part('systemd') === 'yes',
    root: root === 'login' || root === 'sudo' ? root : undefined,
    home: path('home'),
    cacheFolder: path('cache'),
    longshore: path('longshore'),
    node: path('node'),
    version: /^longshore\/([\w.+-]{1,40})\s/.exec(`${part('version')}\n`)?.[1],
    statePath: path('state'),
    clusters: clustersIn(part('clusters')),
    enabled: part('enabled') === 'enabled',
    active: part('active') === 'active',
    unit: unit === '' ? undefined : unit,
  };
}

const isPath = (text: string): boolean => /^\/\P{Cc}{0,1000}$/u.test(text);

function clustersIn(text: string): string[] | undefined {
  try {
    const { clusterArns } = JSON.parse(text) as { clusterArns?: unknown };
    if (!Array.isArray(clusterArns)) return undefined;
    return clusterArns.filter((arn) => typeof arn === 'string').map((arn) => clusterName(arn));
  } catch {
    return undefined;
  }
}

/** Where systemd looks for programs. */
const SEARCHED = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];

/** Facts that suffice for a controller. */
export type SoundFacts = ControllerFacts & {
  longshore: string;
  user: string;
  home: string;
  statePath: string;
};

/** The unit for a host by what it shows. Pure. `settings` go before what follows from the host. */
export function unitForHost(
  facts: SoundFacts,
  asked: ControllerWork,
  settings: Readonly<Record<string, string>>,
): ControllerUnit {
  const { home, user, statePath, longshore, node } = facts;
  const cacheFolder = facts.cacheFolder ?? posix.join(home, '.cache/longshore');
  const folders = [longshore, ...(node === undefined ? [] : [node])].map((file) => posix.dirname(file));
  const further = [...new Set(folders)].filter((folder) => ![...SEARCHED, '/bin'].includes(folder));
  return {
    // What npm has put there finds its node by the PATH.
    program: [longshore],
    ...asked,
    user,
    environment: {
      HOME: home,
      ...(further.length > 0 && { PATH: [...further, ...SEARCHED].join(':') }),
      ...(statePath !== posix.join(home, '.local/state/longshore/state.db') && {
        LONGSHORE_STATE: statePath,
      }),
      ...(cacheFolder !== posix.join(home, '.cache/longshore') && {
        XDG_CACHE_HOME: posix.dirname(cacheFolder),
      }),
      ...settings,
    },
    stateFolder: posix.dirname(statePath),
    writable: [cacheFolder],
    readable: [longshore, home],
  };
}
