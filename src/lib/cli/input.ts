import type { JsonSchema } from '../api/schema.js';
import { readDocument } from './arguments.js';
import type { CliFlags } from './flag.js';
import { flagName } from './member-flags.js';
import { memberValue } from './member-values.js';
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
  clean: CleanDocument,
  defaults: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const input = { ...defaults, ...(await documentInput(words, clean)) };
  for (const [name, given] of words.given) {
    const flag = flags[name];
    if (flag?.member !== undefined) input[flag.member] = await memberValue(name, flag, given, schema);
  }
  const missing = (schema.required ?? []).filter(
    (member) => input[member] === undefined || input[member] === null,
  );
  if (missing.length === 0) return input;
  throw new UsageError(`${missing.map((member) => `--${flagName(member)}`).join(' and ')} must be given`);
}

async function documentInput(words: Words, clean: CleanDocument): Promise<Record<string, unknown>> {
  const [name, other] = ['cli-input-json', 'cli-input-yaml'].filter((flag) => words.given.has(flag));
  if (name === undefined) return {};
  if (other !== undefined)
    throw new UsageError(`--${name} and --${other} are both given`, 'Give one of them.');
  const { document, source } = await readDocument(textOf(words, name) as string, `--${name}`);
  return { ...clean(document, source) };
}

/** The document as it is. Throws UsageError where it isn't an object. */
export function asObject(document: unknown, source: string): Record<string, unknown> {
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    return document as Record<string, unknown>;
  }
  throw new UsageError(`${source}: a { } with the input's members is expected`);
}
