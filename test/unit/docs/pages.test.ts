import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accessScopes, scopeOf } from '../../../src/lib/api/access.js';
import { accountSettings } from '../../../src/lib/api/account-settings.js';
import { operationNames, Operations } from '../../../src/lib/api/operations.js';
import { unsupportedOperations } from '../../../src/lib/api/other-operations.js';
import { EXIT } from '../../../src/lib/cli/exit-codes.js';
import { defaultLimits } from '../../../src/lib/server/limits.js';

// The pages that are written by hand say of the sources what is true.

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const sorted = (words: Iterable<string>) => [...new Set(words)].sort();
const codes = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The codes in the first column of all tables of a page. */
function firstColumn(page: string): string[] {
  const rows = read(page)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return rows.flatMap((row) => codes(row.split(/(?<!\\)\|/)[1] ?? ''));
}

it('docs/configuration.md lists the variables that src/lib/config.ts reads', () => {
  const source = read('src/lib/config.ts');
  const known = [
    ...source.matchAll(/env\['([A-Z_]+)'\]/g),
    ...source.matchAll(/\benv, '([A-Z_]+)'/g),
    ...source.matchAll(/\benv\.([A-Z_]+)/g),
  ].map(([, name = '']) => name);
  expect(known.length).toBeGreaterThan(15);
  expect(sorted(firstColumn('docs/configuration.md'))).toEqual(sorted(known));
});

it('docs/tags-and-attributes.md lists the account settings and their defaults', () => {
  const names = Object.keys(accountSettings);
  const rows = read('docs/tags-and-attributes.md')
    .split('\n')
    .map((row) => row.split('|').map(codes))
    .filter(([, first = []]) => first.some((code) => names.includes(code)));
  const listed = rows.flatMap(([, settings = [], defaults = []]) =>
    settings.map((name) => [name, defaults[0]]),
  );
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(Object.entries(accountSettings).map(([name, facts]) => [name, facts.default])),
  );
});

describe('docs/commands.md', () => {
  const page = read('docs/commands.md');
  const [there = '', notThere = ''] = page
    .split(/^## /m)
    .slice(1)
    .map((section) => section.slice(section.indexOf('\n')));
  const operations = (section: string) => codes(section).filter((code) => /^[A-Z][A-Za-z]+$/.test(code));

  it('has a row for each verb, and says whose it is', () => {
    const rows = [...there.matchAll(/^\| `([^`]+)`\s*\| (yes|ours)/gm)].map(
      ([, verb, whose]) => `${verb} ${whose}`,
    );
    const files = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' });
    const verbs = files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => file.slice(0, -3).replace('/', ' '));
    const ofEcs = new Set<string>(
      operationNames.filter((name) => !('ours' in Operations[name])).map((name) => Operations[name].command),
    );
    // The waiters are the AWS CLI's own, but for one.
    const isEcs = (verb: string) => ofEcs.has(verb) || /^wait (tasks|services)-/.test(verb);
    expect(sorted(rows)).toEqual(sorted(verbs.map((verb) => `${verb} ${isEcs(verb) ? 'yes' : 'ours'}`)));
  });

  it('names what is not there', () => {
    expect(sorted(operations(notThere))).toEqual(
      sorted(['UnsupportedFeatureException', ...Object.keys(unsupportedOperations)]),
    );
  });
});

describe('docs/server.md', () => {
  const page = read('docs/server.md');

  it("has a row for each scope of keys, with ECS's operations and ours that it is needed for", () => {
    for (const scope of accessScopes) {
      const row = page.split('\n').find((line) => new RegExp(`^\\| \`${scope}\` +\\|`).test(line)) ?? '';
      const [, , ofEcs = '', ours = ''] = row.split('|');
      const needed = operationNames.filter((name) => scopeOf(name) === scope);
      expect(sorted(codes(ofEcs))).toEqual(sorted(needed.filter((name) => !('ours' in Operations[name]))));
      expect(sorted(codes(ours))).toEqual(sorted(needed.filter((name) => 'ours' in Operations[name])));
    }
  });

  it('names the metrics that there are', () => {
    const source = read('src/lib/server/metrics.ts');
    const named = (text: string) => sorted(text.match(/\blongshore_[a-z_]+/g) ?? []);
    expect(named(page)).toEqual(named(source));
  });

  it('names the limits', () => {
    const { body, requests, sessions, connections, requestTime } = defaultLimits;
    const text = page.replaceAll('\n', ' ');
    expect(text).toContain(`at most ${body / 1024 / 1024} MiB (\`--max-body-size\`)`);
    expect(text).toContain(`${requestTime} seconds to be sent (\`--request-timeout\`)`);
    expect(text).toContain(`${requests} are worked on at once`);
    expect(text).toContain(`${connections} connections an address`);
    expect(text).toContain(`${sessions} sessions of`);
  });
});

it('docs/errors-and-exit-codes.md lists the exit codes', () => {
  const listed = firstColumn('docs/errors-and-exit-codes.md').filter((code) => /^\d+$/.test(code));
  expect(sorted(listed)).toEqual(sorted(Object.values(EXIT).map(String)));
});

describe('links', () => {
  const pages = [
    ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
    'README.md',
    'CONTRIBUTING.md',
  ];

  const documents = pages.filter((page) => page.endsWith('.md'));

  it.each(documents)('of %s lead somewhere', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets.filter((target) => !/^https?:/.test(target) && !isThere(page, target));
    expect(broken).toEqual([]);
  });

  it('to every page of docs/ stand in the README', () => {
    const readme = read('README.md');
    const unlinked = documents.filter((page) => page.startsWith('docs/') && !readme.includes(`(${page})`));
    expect(unlinked).toEqual([]);
  });
});

/** The file, and the headline where the target names one. */
function isThere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return false;
  if (anchor === undefined) return true;
  const headlines = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => slug(text));
  return headlines.includes(anchor);
}

/** As GitHub makes anchors of headlines. */
function slug(headline: string): string {
  return headline
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
