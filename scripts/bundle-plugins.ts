import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Modules of which the bundle holds a small stand-in of ours instead; each file says why. */
const STAND_INS: { path: RegExp; from?: RegExp; file: string }[] = [
  { path: /^debug$/, file: 'debug.cjs' },
  { path: /^wsl-utils$/, file: 'wsl-utils.cjs' },
  { path: /^cpu-features$|sshcrypto\.node$/, from: /[\\/]ssh2[\\/]/, file: 'absent.cjs' },
  { path: /^\.\/(session|buildkit)$/, from: /[\\/]dockerode[\\/]/, file: 'not-here.cjs' },
];

export function standIns(root: string): Plugin {
  return {
    name: 'stand-ins',
    setup(build) {
      for (const { path, from, file } of STAND_INS) {
        build.onResolve({ filter: path }, ({ importer }) =>
          from === undefined || from.test(importer)
            ? { path: join(root, 'scripts', 'stand-ins', file) }
            : undefined,
        );
      }
    },
  };
}

/**
 * Lets oclif's modules load each other at first use, not all at the start of every command. They are what TypeScript
 * makes of imports: `const name_1 = require("…")`, used as `name_1.member` only.
 */
export function lazyOclif(): Plugin {
  return {
    name: 'lazy-oclif',
    setup(build) {
      build.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => ({
        contents: loadAtFirstUse(readFileSync(path, 'utf8')),
      }));
    },
  };
}

const IMPORT = /^const (\w+_\d+) = ((?:__import\w+\()?require\("[^"]+"\)\)?);$/gm;

function loadAtFirstUse(source: string): string {
  const names = [...source.matchAll(IMPORT)].map((match) => match[1]);
  if (names.length === 0) return source;
  const uses = new RegExp(`\\b(${names.join('|')})\\.`, 'g');
  return source.replace(IMPORT, 'const $1 = () => $2;').replace(uses, '($1()).');
}
