import { readFileSync } from 'node:fs';
import type { Candidate } from './candidates.js';

/** What is read at most: completion is to be quick. */
const MOST = 256 * 1024;

/** The names of `Host` lines of an OpenSSH configuration, without patterns. None where it can't be read. */
export function sshNames(path: string): Candidate[] {
  const names = configuration(path)
    .split('\n')
    .flatMap((line) => /^\s*host\s*[\s=]\s*(.+)$/i.exec(line)?.[1]?.split(/\s+/) ?? [])
    .map((name) => name.replace(/^"(.*)"$/, '$1'))
    .filter((name) => /^[\w.:-]+$/.test(name));
  return [...new Set(names)].map((value) => ({ value, about: 'ssh' }));
}

function configuration(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, MOST);
  } catch {
    return '';
  }
}
