/**
 * Makes what is shipped: dist/longshore.cjs (everything but libsql, in one file) with its source map,
 * oclif.manifest.json and THIRD-PARTY-LICENSES.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Interfaces } from '@oclif/core';
import { Plugin } from '@oclif/core/config';
import { build, type OutputFile } from 'esbuild';
import { lazyBuiltins, lazyOclif, standIns } from './bundle-plugins.js';
import { thirdPartyLicenses } from './licenses.js';
import { precompiledValidators } from './precompiled-validators.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Interfaces.PJSON;
const bundle = join(root, 'dist', 'longshore.cjs');

async function main(): Promise<void> {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const { metafile, outputFiles } = await build({
    stdin: { contents: entry(), resolveDir: root, loader: 'js' },
    outfile: bundle,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Reading and caching cost by the byte; the source map gives stack traces their names back.
    minify: true,
    legalComments: 'none',
    sourcemap: 'external',
    // jsonc-parser's UMD build requires its parts in a way that no bundler sees.
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': '__bundleUrl' },
    external: ['typescript'],
    plugins: [standIns(root), lazyOclif(), lazyBuiltins(), precompiledValidators()],
    absWorkingDir: root,
    logLevel: 'warning',
  });
  writeBundle(outputFiles);
  writeFileSync(join(root, 'THIRD-PARTY-LICENSES'), thirdPartyLicenses(metafile, root));
  await writeManifest();
}

/** Each command is loaded when it is asked for, and no sooner. */
function entry(): string {
  const getters = commandFiles().map(
    ({ id, path }) => `get ${JSON.stringify(id)}() { return require(${JSON.stringify(path)}).default; },`,
  );
  return `
    exports.COMMANDS = { ${getters.join('\n')} };
    exports.isVerb = (word) => word === '--version' || word === '--help' || Object.keys(exports.COMMANDS).some((id) => id.split(':')[0] === word);
    exports.main = require('./src/lib/cli/main.ts').main;
  `;
}

function commandFiles(): { id: string; path: string }[] {
  return readdirSync(join(root, 'src', 'commands'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ id: path.replace(/\.ts$/, '').replaceAll('/', ':'), path: `./src/commands/${path}` }));
}

/** The first line says which build it is: the code cache goes by it. */
function writeBundle(files: OutputFile[]): void {
  const text = (ending: string) => files.find((file) => file.path.endsWith(ending))?.text ?? '';
  const code = text('.cjs');
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const head = [
    `// build ${pjson.version}-${hash}`,
    code.includes('__bundleUrl')
      ? 'const __bundleUrl=require("node:url").pathToFileURL(__filename).href;'
      : '',
  ];
  writeFileSync(bundle, `${head.join('\n')}\n${code}//# sourceMappingURL=longshore.cjs.map\n`);
  // Two lines more at the top are two semicolons more in the mappings.
  writeFileSync(`${bundle}.map`, text('.map').replace('"mappings": "', '"mappings": ";;'));
}

/** What oclif would otherwise find out by loading every command at every start. */
async function writeManifest(): Promise<void> {
  createRequire(import.meta.url)(bundle);
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
