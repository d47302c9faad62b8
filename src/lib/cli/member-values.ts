import { type JsonSchema, resolveSchema } from '../api/schema.js';
import { parseDocument } from '../api/document.js';
import { readText } from './arguments.js';
import type { CliFlag } from './flag.js';
import { parseShorthand, type ShorthandValue } from './shorthand.js';
import { UsageError } from './usage-error.js';

/**
 * What a flag's words mean to the input's schema: text, number, list; structures as JSON, shorthand or file://.
 * Throws UsageError.
 */
export async function memberValue(
  name: string,
  flag: CliFlag,
  given: boolean | string[],
  root: JsonSchema,
): Promise<unknown> {
  if (typeof given === 'boolean') return given;
  const schema = resolveSchema(root.properties?.[flag.member as string] ?? {}, root);
  try {
    return await wordsValue(`--${name}`, given, schema, root);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`--${name}: ${error.message}`, error.remedy ?? example(name, schema, root), {
      cause: error,
    });
  }
}

async function wordsValue(
  flag: string,
  words: string[],
  schema: JsonSchema,
  root: JsonSchema,
): Promise<unknown> {
  const itemSchema = resolveSchema(schema.items ?? schema, root);
  if (!isStructured(itemSchema) && words[0]?.startsWith('fileb://'))
    throw new UsageError('takes text, not bytes', 'Write file:// instead of fileb://.');
  if (words.length !== 1) return Promise.all(words.map((word) => oneValue(flag, word, itemSchema, root)));
  const { text, source } = readText(words[0] as string, flag);
  if (schema.type !== 'array') return oneValue(source, text, schema, root);
  if (text.trimStart().startsWith('[')) return parseDocument(text, source);
  return [await oneValue(source, text, itemSchema, root)];
}

const isStructured = (schema: JsonSchema): boolean => schema.type === 'object' || schema.type === 'array';

async function oneValue(
  source: string,
  text: string,
  schema: JsonSchema,
  root: JsonSchema,
): Promise<unknown> {
  if (!isStructured(schema)) return scalar(text, schema, '');
  if (looksLikeJson(text)) return parseDocument(text, source);
  return typed(
    parseShorthand(text, (word) => readText(word, source).text),
    schema,
    root,
    '',
  );
}

const looksLikeJson = (text: string): boolean => /^\s*[[{]/.test(text);

/** Gives shorthand's texts the types that the schema asks for. */
function typed(value: ShorthandValue, schema: JsonSchema, root: JsonSchema, path: string): unknown {
  if (schema.type === 'array') {
    const items = Array.isArray(value) ? value : [value];
    const itemSchema = resolveSchema(schema.items ?? {}, root);
    return items.map((item) => typed(item, itemSchema, root, path));
  }
  if (schema.type !== 'object') {
    if (typeof value !== 'string') throw new UsageError(`${path || 'it'} takes one value`);
    return scalar(value, schema, path && `${path} `);
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new UsageError(`${path || 'it'} takes ${path}={key=value,...}`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      typed(member, memberSchema(key, schema, root), root, key),
    ]),
  );
}

function memberSchema(key: string, schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (typeof schema.additionalProperties === 'object')
    return resolveSchema(schema.additionalProperties, root);
  const member = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : undefined;
  if (member) return resolveSchema(member, root);
  throw new UsageError(
    `"${key}" is not known`,
    `It takes: ${Object.keys(schema.properties ?? {}).join(', ')}.`,
  );
}

/** `name`: whose value it is, with a space after it. */
function scalar(text: string, schema: JsonSchema, name: string): unknown {
  switch (schema.type) {
    case 'integer':
      if (!/^[+-]?\d+$/.test(text.trim())) throw new UsageError(`${name}takes a whole number, not "${text}"`);
      return Number(text);
    case 'number':
      if (text.trim() === '' || Number.isNaN(Number(text)))
        throw new UsageError(`${name}takes a number, not "${text}"`);
      return Number(text);
    case 'boolean':
      if (!/^(true|false)$/i.test(text)) throw new UsageError(`${name}takes true or false, not "${text}"`);
      return text.toLowerCase() === 'true';
    default:
      return text;
  }
}

function example(name: string, schema: JsonSchema, root: JsonSchema): string | undefined {
  const item = resolveSchema(schema.items ?? schema, root);
  const keys = Object.keys(item.properties ?? {}).slice(0, 2);
  if (keys.length === 0) return undefined;
  return `Write --${name} ${keys.map((key) => `${key}=…`).join(',')}, or JSON, or file://PATH.`;
}
