import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Candidate } from './candidates.js';

const MOST = 500;

/** Files whose paths begin as typed (`~/` is the home); directories end in `/`. Those that can't be read are empty. */
export function files(typed: string, home: string): Candidate[] {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const beginning = typed.slice(folder.length);
  const path = folder === '' ? '.' : folder.replace(/^~\//, `${home}/`);
  return namesIn(path)
    .filter((name) => name.startsWith(beginning) && (beginning.startsWith('.') || !name.startsWith('.')))
    .slice(0, MOST)
    .map((name) => ({ value: `${folder}${name}${isDirectory(join(path, name)) ? '/' : ''}` }));
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

/** Links are followed, as a shell does. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
