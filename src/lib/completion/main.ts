import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, readEndpoint, type Config } from '../config.js';
import { candidates, type Candidate, type Names } from './candidates.js';
import { files } from './files.js';
import type { Grammar, Kind } from './grammar.js';
import { KnownNames } from './known-names.js';
import { requestOf } from './shells.js';
import { sshNames } from './ssh-names.js';

/**
 * `longshore __complete SHELL …`, which the shells' functions call at Tab: prints what the word may become. Apart from
 * all else, so that it loads little; it touches no host, changes nothing, and is silent whatever is wrong.
 */
export function complete(argv: readonly string[], root: string): void {
  try {
    process.stdout.write(answer(argv, root));
  } catch {
    // Nothing to offer: a message would stand in the middle of the line that is being typed.
  }
}

/** What `complete` prints. Throws whatever is wrong. */
export function answer(argv: readonly string[], root: string): string {
  const request = requestOf(argv);
  if (request === undefined) return '';
  const { words, typed, render } = request;
  const grammar = JSON.parse(readFileSync(join(root, 'dist', 'completion.json'), 'utf8')) as Grammar;
  const config = readConfig();
  const known = new KnownNames(stateOf(words, config));
  try {
    const names = {
      ofKind: (...asked: Parameters<Names['ofKind']>) => lookUp(known, config, words, ...asked),
    };
    return render(candidates(words, typed, grammar, names));
  } finally {
    known.close();
  }
}

/** The file whose names are meant; undefined where a server answers, whose names are others. */
function stateOf(words: readonly string[], config: Config): string | undefined {
  const state = flagOf('state', words);
  if (state !== undefined) return state;
  const server = flagOf('endpoint', words) ?? flagOf('endpoint-url', words) ?? readEndpoint();
  return server === undefined ? config.statePath : undefined;
}

function lookUp(
  known: KnownNames,
  config: Config,
  words: readonly string[],
  kind: Kind,
  typed: string,
  cluster: string,
): Candidate[] {
  switch (kind) {
    case 'cluster':
      return known.clusters();
    case 'host':
      return known.hosts(cluster);
    case 'live-task':
      return known.tasks(cluster, typed, false);
    case 'task':
      return known.tasks(cluster, typed, true);
    case 'family':
      return known.families(typed);
    case 'definition':
      return known.definitions(typed);
    case 'secret':
      return known.secrets();
    case 'service':
      return known.services(cluster);
    case 'service-deployment':
      return known.deployments(typed, 'deployment');
    case 'service-revision':
      return known.deployments(typed, 'revision');
    case 'file':
      return files(typed, config.home);
    case 'ssh-host': {
      const path = flagOf('ssh-config', words) ?? config.sshConfigFile ?? join(config.home, '.ssh', 'config');
      return sshNames(path);
    }
    default:
      return [];
  }
}

/** A global flag's value as it was typed. */
function flagOf(name: string, words: readonly string[]): string | undefined {
  const attached = words.find((word) => word.startsWith(`--${name}=`));
  if (attached !== undefined) return attached.slice(name.length + 3);
  const at = words.indexOf(`--${name}`);
  return at === -1 ? undefined : words[at + 1];
}
