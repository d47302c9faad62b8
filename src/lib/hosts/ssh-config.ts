import { execFile } from 'node:child_process';
import type { SshPlace } from './address.js';
import { Failure } from './failures.js';
import { readCached, writeCached } from './ssh-config-cache.js';
import { configSources } from './ssh-config-sources.js';
import { defaultSettings, parseSettings, type LocalUser, type SshSettings } from './ssh-settings.js';

export interface SshConfigOptions {
  local: LocalUser;
  /** Read instead of the user's and the system's configuration (`ssh -F`). */
  sshConfigFile?: string;
  /** Where answers are kept while the configuration's files stay as they are; without it nothing is kept. */
  cacheDir?: string;
  /** OpenSSH's client; default `ssh` of the PATH. */
  program?: string;
}

/** Long enough for a `Match exec`, short enough for one that hangs. */
const limit = 5_000;

/**
 * What the user's own SSH configuration says about a host, by asking OpenSSH's client (`ssh -G`), so that every rule
 * of ssh_config(5) holds as it does there. Without that program: OpenSSH's defaults.
 * Throws Failure (config) with ssh's own words where it does not understand its configuration.
 */
export async function resolveSshSettings(place: SshPlace, options: SshConfigOptions): Promise<SshSettings> {
  const question = [
    place.host,
    place.user,
    place.port,
    options.sshConfigFile,
    options.local.name,
    options.local.home,
  ];
  // Looked at before ssh reads them: what changes in between makes the answer stale, not wrong for ever.
  const sources = options.cacheDir === undefined ? undefined : await configSources(options);
  if (options.cacheDir !== undefined && sources !== undefined) {
    const kept = await readCached(options.cacheDir, question, sources);
    if (kept) return kept;
  }
  const output = await askSsh(place, options);
  if (output === undefined) return defaultSettings(place, options.local);
  const settings = parseSettings(output, place, options.local);
  if (options.cacheDir !== undefined && sources !== undefined) {
    await writeCached(options.cacheDir, question, sources, settings);
  }
  return settings;
}

/** undefined: there is no such program. */
function askSsh(place: SshPlace, options: SshConfigOptions): Promise<string | undefined> {
  const args = ['-G'];
  if (options.sshConfigFile !== undefined) args.push('-F', options.sshConfigFile);
  if (place.port !== undefined) args.push('-p', String(place.port));
  if (place.user !== undefined) args.push('-l', place.user);
  args.push('--', place.host);
  return new Promise((resolve, reject) => {
    const child = execFile(
      options.program ?? 'ssh',
      args,
      { timeout: limit, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if ((error as NodeJS.ErrnoException).code === 'ENOENT') resolve(undefined);
        else
          reject(
            new Failure('config', {
              detail: error.killed ? 'ssh -G did not answer' : wordsOf(stderr, error),
            }),
          );
      },
    );
    child.stdin?.end();
  });
}

/** The line that says what is wrong; ssh also chats about terminals. */
function wordsOf(stderr: string, error: Error): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '' && !line.startsWith('Pseudo-terminal')) ?? error.message;
}
