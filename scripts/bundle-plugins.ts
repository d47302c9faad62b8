import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Modules of which the bundle holds a small stand-in of ours instead; each file says why. */
const STAND_INS: { path: RegExp; from?: RegExp; file: string }[] = [
  { path: /^debug$/, file: 'debug.cjs' },
  { path: /^wsl-utils$/, file: 'wsl-utils.cjs' },
  { path: /^cpu-features$|sshcrypto\.node$/, from: /[\\/]ssh2[\\/]/, file: 'absent.cjs' },
  { path: /^\.\/(session|buildkit)$/, from: /[\\/]dockerode[\\/]/, file: 'not-here.cjs' },
  {
    path: /^(tinyglobby|minimatch|lilconfig|ejs|cli-spinners)$/,
    from: /[\\/]@oclif[\\/]/,
    file: 'not-here.cjs',
  },
  { path: /^@inquirer\/external-editor$/, file: 'not-here.cjs' },
];

/** Packages that only some verbs need, which load them at first use: packages.cjs. */
export const LATER_PACKAGES = [
  '@inquirer/prompts',
  'age-encryption',
  'ajv',
  'dockerode',
  'jmespath',
  'jsonc-parser',
  'pino',
  'prom-client',
  'ssh2',
  'yaml',
];

/** In the program, such a package is a member of packages.cjs, so that what every verb reads stays small. */
export function packagesElsewhere(): Plugin {
  const filter = new RegExp(`^(?:${LATER_PACKAGES.join('|')})$`);
  return {
    name: 'packages-elsewhere',
    setup(build) {
      build.onResolve({ filter }, ({ path }) => ({ path, namespace: 'elsewhere' }));
      build.onLoad({ filter: /./, namespace: 'elsewhere' }, ({ path }) => ({
        contents: `module.exports = require('./packages.cjs')[${JSON.stringify(path)}];`,
      }));
      build.onResolve({ filter: /^\.\/packages\.cjs$/ }, ({ path }) => ({ path, external: true }));
    },
  };
}

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

/** Parts of Node.js that take milliseconds to load, of which our sources only call functions. */
const BUILTIN = /^import \{ ([\w, ]+) \} from '(node:(?:crypto|child_process))';$/gm;

/** Lets our sources load these parts of Node.js when one of their functions is called. */
export function lazyBuiltins(): Plugin {
  return {
    name: 'lazy-builtins',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]lib[\\/].*\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const contents = source.replace(BUILTIN, (_, names: string, module: string) =>
          names
            .split(', ')
            .filter((name) => !name.startsWith('type '))
            .map((name) => `const ${name} = (...args) => require('${module}').${name}(...args);`)
            .join(' '),
        );
        return contents === source ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}
