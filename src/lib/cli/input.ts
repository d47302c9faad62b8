import { nearestName } from '../api/nearest.js';
import type { JsonSchema } from '../api/schema.js';
import { shorten } from '../api/shorten.js';
import { readDocument } from './arguments.js';
import type { CliFlags } from './flag.js';
import { flagName } from './member-flags.js';
import { memberValue } from './member-values.js';
import { clean } from './terminal-text.js';
import { UsageError } from './usage-error.js';
import { textOf, type Words } from './words.js';

type CleanDocument = (document: unknown, source: string) => Record<string, unknown>;

/**
 * An operation's input as the words give it: the document of --cli-input-json or --cli-input-yaml, and over its
 * members those of the flags, as in the AWS CLI. Throws UsageError, also where a required member is missing, and
 * DocumentError.
 */
export async function buildInput(
  schema: JsonSchema,
  flags: CliFlags,
  words: Words,
  read: CleanDocument,
  defaults: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const { members, source } = await documentInput(words, read);
  const input: Record<string, unknown> = { ...defaults, ...members };
  for (const [name, given] of words.given) {
    const flag = flags[name];
    if (flag?.member !== undefined) input[flag.member] = await memberValue(name, flag, given, schema);
  }
  const missing = (schema.required ?? []).filter(
    (member) => input[member] === undefined || input[member] === null,
  );
  if (missing.length === 0) return input;
  throw source === undefined ? notGiven(missing) : notInDocument(missing, members, schema, source);
}

const notGiven = (missing: readonly string[], remedy?: string): UsageError =>
  new UsageError(`${missing.map((member) => `--${flagName(member)}`).join(' and ')} must be given`, remedy);

/** Mostly it is there, under a name that is a little wrong. */
function notInDocument(
  missing: readonly string[],
  members: Readonly<Record<string, unknown>>,
  { properties = {} }: JsonSchema,
  source: string,
): UsageError {
  for (const name of Object.keys(members).filter((key) => properties[key] === undefined)) {
    const meant = nearestName(name, missing);
    if (meant !== undefined)
      return new UsageError(`${source}: ${shorten(clean(name), 40)} is not known`, `Did you mean ${meant}?`);
  }
  return notGiven(missing, `${source} has no ${missing.join(' and no ')}.`);
}

async function documentInput(
  words: Words,
  read: CleanDocument,
): Promise<{ members: Record<string, unknown>; source?: string }> {
  const [name, other] = ['cli-input-json', 'cli-input-yaml'].filter((flag) => words.given.has(flag));
  if (name === undefined) return { members: {} };
  if (other !== undefined)
    throw new UsageError(`--${name} and --${other} are both given`, 'Give one of them.');
  const { document, source } = await readDocument(textOf(words, name) as string, `--${name}`);
  return { members: read(document, source), source };
}

/** The document as it is. Throws UsageError where it isn't an object. */
export function asObject(document: unknown, source: string): Record<string, unknown> {
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    return document as Record<string, unknown>;
  }
  throw new UsageError(`${source}: a { } with the input's members is expected`);
}
