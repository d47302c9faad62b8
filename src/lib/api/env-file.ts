import type { KeyValuePair } from './types.js';

/**
 * The variables of an environment file as ECS's agent reads it: `NAME=VALUE` a line, `#` begins a comment line, nothing
 * is trimmed, unquoted or expanded; lines without `=` and variables with an empty name or value are passed over; the
 * last of several counts. Pure.
 */
export function parseEnvFile(text: string): KeyValuePair[] {
  const variables = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf('=');
    if (line.startsWith('#') || equals < 1 || equals === line.length - 1) continue;
    variables.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return [...variables].map(([name, value]) => ({ name, value }));
}

/** Of several files that give a variable the first counts (ECS). */
export function mergeEnvFiles(files: readonly KeyValuePair[][]): KeyValuePair[] {
  const first = new Map(
    [...files].reverse().flatMap((file) => file.map((pair) => [pair.name, pair] as const)),
  );
  return [...first.values()];
}

/**
 * The paths at which an environment file is looked for, the first that exists counts: what the definition says, or of
 * an object of S3 `BUCKET/KEY` and `KEY` in the folder of such files, and its last part. undefined where an ARN names
 * no object, or one outside that folder. Pure.
 */
export function envFilePaths(value: string): string[] | undefined {
  if (!value.startsWith('arn:')) return value === '' ? undefined : [value];
  const [, bucket = '', key = ''] = /^arn:[^:]*:s3:[^:]*:[^:]*:([^/:]+)\/+(.+)$/.exec(value) ?? [];
  const parts = `${bucket}/${key}`.split('/');
  if (key === '' || parts.includes('..') || parts.includes('')) return undefined;
  return [...new Set([`${bucket}/${key}`, key, parts.at(-1) ?? ''])];
}
