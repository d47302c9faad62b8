import { join } from 'node:path';
import { agentKeyCount } from './identities.js';
import { readKeyFile, type KeyFile } from './key-files.js';
import { defaultIdentities, type LocalUser } from './ssh-settings.js';

export interface LocalKeys {
  /** Keys of the agent; undefined where it doesn't answer, or there is none. */
  agent: number | undefined;
  /** The files that ssh looks for by itself, those that are there. */
  files: { path: string; state: Exclude<KeyFile['state'], 'missing'> }[];
}

/** The keys that are at hand where nothing names others; never throws. */
export async function localKeys(local: LocalUser, agentSocket: string | undefined): Promise<LocalKeys> {
  const paths = defaultIdentities.map((name) => join(local.home, '.ssh', name));
  const [agent, files] = await Promise.all([
    agentSocket === undefined ? undefined : agentKeyCount(agentSocket),
    Promise.all(paths.map((path) => readKeyFile(path))),
  ]);
  return {
    agent,
    files: files.flatMap(({ path, state }) => (state === 'missing' ? [] : [{ path, state }])),
  };
}
