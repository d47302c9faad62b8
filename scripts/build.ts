/**
 * Makes what is shipped: dist/longshore.cjs (the program), dist/packages.cjs (what only some verbs need of others'
 * code) and dist/completion.cjs (what Tab needs) with their source maps, dist/completion.json, the man page,
 * oclif.manifest.json and THIRD-PARTY-LICENSES. libsql alone is left to npm.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Interfaces } from '@oclif/core';
import { Plugin } from '@oclif/core/config';
import { completionGrammar } from '../src/lib/cli/completion-grammar.js';
import type { DescribedVerb } from '../src/lib/cli/described-verb.js';
import { bundleTo } from './bundle.js';
import { lazyBuiltins, lazyOclif, LATER_PACKAGES, packagesElsewhere, standIns } from './bundle-plugins.js';
import { thirdPartyLicenses } from './licenses.js';
import { manPage } from './man-page.js';
import { precompiledValidators } from './precompiled-validators.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Interfaces.PJSON;
const program = join(root, 'dist', 'longshore.cjs');

async function main(): Promise<void> {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const metafiles = await Promise.all([
    bundleTo(program, programEntry(), {
      root,
      version,
      plugins: [packagesElsewhere(), standIns(root), lazyOclif(), lazyBuiltins(), precompiledValidators()],
    }),
    bundleTo(join(root, 'dist', 'packages.cjs'), packagesEntry(), {
      root,
      version,
      plugins: [standIns(root)],
    }),
    bundleTo(
      join(root, 'dist', 'completion.cjs'),
      `module.exports = require('./src/lib/completion/main.ts');`,
      {
        root,
        version,
        plugins: [lazyBuiltins()],
      },
    ),
  ]);
  writeFileSync(join(root, 'THIRD-PARTY-LICENSES'), thirdPartyLicenses(metafiles, root));
  await writeManifest();
  const verbs = describedVerbs();
  writeFileSync(join(root, 'dist', 'completion.json'), JSON.stringify(completionGrammar(verbs)));
  writeFileSync(join(root, 'dist', 'longshore.1'), manPage({ version, verbs, docs: join(root, 'docs') }));
}

/** What the commands' classes say of themselves; the program is what has them. */
function describedVerbs(): DescribedVerb[] {
  const { COMMANDS } = createRequire(import.meta.url)(program) as { COMMANDS: Record<string, DescribedVerb> };
  return Object.entries(COMMANDS).map(([id, { summary, description, usage, examples, hidden, flags }]) => ({
    id,
    summary,
    description,
    usage,
    examples,
    hidden,
    flags,
  }));
}

/** Each command is loaded when it is asked for, and no sooner. */
function programEntry(): string {
  const commands = commandFiles().map(({ id, path }) =>
    getter(id, `require(${JSON.stringify(path)}).default`),
  );
  return `
    exports.COMMANDS = { ${commands.join('\n')} };
    exports.main = (line) => require('./src/lib/cli/main.ts').main({ ...line, commands: exports.COMMANDS });
  `;
}

function packagesEntry(): string {
  const getters = LATER_PACKAGES.map((name) => getter(name, `require(${JSON.stringify(name)})`));
  return `module.exports = { ${getters.join('\n')} };`;
}

const getter = (name: string, value: string): string => `get ${JSON.stringify(name)}() { return ${value}; },`;

function commandFiles(): { id: string; path: string }[] {
  return readdirSync(join(root, 'src', 'commands'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ id: path.replace(/\.ts$/, '').replaceAll('/', ':'), path: `./src/commands/${path}` }));
}

/** What oclif would otherwise find out by loading every command. */
async function writeManifest(): Promise<void> {
  const plugin = new Plugin({
    root,
    isRoot: true,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
  });
  await plugin.load();
  writeFileSync(join(root, 'oclif.manifest.json'), JSON.stringify(plugin.manifest));
  console.log(`dist/longshore.cjs: ${Object.keys(plugin.manifest.commands).length} commands`);
}

void main();
