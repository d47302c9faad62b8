import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface Package {
  name: string;
  version: string;
  license?: string;
  author?: string | { name?: string };
}

/** The licenses of all packages that a bundle has code of, each with its own text. Throws where one has none. */
export function thirdPartyLicenses(metafiles: readonly Metafile[], root: string): string {
  const folders = new Set(
    metafiles.flatMap((metafile) => Object.keys(metafile.inputs).flatMap(packageFolder)),
  );
  const sections = [...folders].sort().map((folder) => section(join(root, folder)));
  return `Longshore's program contains code of these packages.\n\n${sections.join('\n')}`;
}

function packageFolder(input: string): string[] {
  return /^(?:.*:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.slice(1) ?? [];
}

function section(folder: string): string {
  const { name, version, license, author } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Package;
  const text = licenseText(folder) ?? standing(license, typeof author === 'string' ? author : author?.name);
  if (text === undefined)
    throw new Error(`${name} says neither in a file nor in package.json under which license it is`);
  const title = `${name} ${version} (${license ?? 'see below'})`;
  return `${title}\n${'-'.repeat(title.length)}\n\n${text.trim()}\n\n`;
}

function licenseText(folder: string): string | undefined {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$|-)/i.test(entry));
  const path = file && join(folder, file);
  return path && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** A package without a file of its license still names it. */
const standing = (license: string | undefined, author = 'its authors'): string | undefined =>
  license && `Copyright ${author}. Under the ${license} license, as its package.json says.`;
