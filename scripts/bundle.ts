import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { build, type Metafile, type Plugin } from 'esbuild';

export interface BundleOptions {
  root: string;
  version: string;
  plugins: Plugin[];
}

/** Bundles `entry` (CommonJS text) with all that it requires into one file, and its source map beside it. */
export async function bundleTo(file: string, entry: string, options: BundleOptions): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: entry, resolveDir: options.root, loader: 'js' },
    outfile: file,
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
    sourcesContent: false,
    // jsonc-parser's UMD build requires its parts in a way that no bundler sees.
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': '__bundleUrl' },
    external: ['typescript'],
    plugins: options.plugins,
    absWorkingDir: options.root,
    logLevel: 'warning',
  });
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  write(file, text('.cjs'), text('.map'), options.version);
  return metafile;
}

/** The first line says which build it is: the code cache (bin/code-cache.js) goes by it. */
function write(file: string, code: string, map: string, version: string): void {
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const url = 'const __bundleUrl=require("node:url").pathToFileURL(__filename).href;';
  const head = `// build ${version}-${hash}\n${code.includes('__bundleUrl') ? url : ''}\n`;
  writeFileSync(file, `${head}${code}//# sourceMappingURL=${file.replace(/.*[\\/]/, '')}.map\n`);
  // Two lines more at the top are two semicolons more in the mappings.
  writeFileSync(`${file}.map`, map.replace('"mappings": "', '"mappings": ";;'));
}
