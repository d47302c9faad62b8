import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The part of JSON Schema that the files under schemas/generated use. */
export interface JsonSchema {
  title?: string;
  description?: string;
  type?: SchemaType | SchemaType[];
  enum?: readonly string[];
  /** The values that ECS names, where others may be meant as well. */
  examples?: readonly string[];
  items?: JsonSchema;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  /** `false` for a structure, the values' schema for a map. */
  additionalProperties?: boolean | JsonSchema;
  $ref?: string;
  $defs?: Readonly<Record<string, JsonSchema>>;
  /** What the JSON type doesn't say: ISO date or epoch seconds, 64-bit integer, floating point, one member of several. */
  'x-kind'?: 'timestamp' | 'long' | 'double' | 'union' | 'document' | 'blob';
  /** Not to be given as an argument. */
  'x-no-flag'?: true;
  /** A member of ours that ECS doesn't have. */
  'x-longshore'?: true;
}

type SchemaType = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';

const loaded = new Map<string, JsonSchema>();

/**
 * The schema of an operation's input, such as `RunTask`: members in the order of ECS's model, ours last.
 * ECS's operations are under schemas/generated, ours under schemas/own. Only that one file is read, once.
 * Throws where there is no such operation.
 */
export function loadSchema(operation: string): JsonSchema {
  const known = loaded.get(operation);
  if (known) return known;
  const schema = JSON.parse(readFileSync(schemaFile(operation), 'utf8')) as JsonSchema;
  loaded.set(operation, schema);
  return schema;
}

/** The schema of the answer of one of ECS's operations; undefined for ours. */
export function loadOutputSchema(operation: string): JsonSchema | undefined {
  const path = join(schemaDirectory(), 'outputs.json');
  const { $defs = {} } = JSON.parse(readFileSync(path, 'utf8')) as JsonSchema;
  const schema = $defs[`${operation}Response`];
  return schema && { ...schema, title: operation, $defs };
}

/** Follows a `$ref` of `root`; a schema without one is returned as it is. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return (name !== undefined && root.$defs?.[name]) || schema;
}

function schemaFile(operation: string): string {
  const own = join(schemaDirectory(), 'own', `${operation}.json`);
  return existsSync(own) ? own : join(schemaDirectory(), 'generated', `${operation}.json`);
}

let directory: string | undefined;

/** The sources and the bundle lie at different depths below the package, which ships schemas/. */
function schemaDirectory(): string {
  if (directory) return directory;
  const start = typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url));
  for (let at = start; ; at = dirname(at)) {
    const candidate = join(at, 'schemas');
    if (existsSync(join(candidate, 'generated'))) return (directory = candidate);
    if (at === dirname(at))
      throw new Error(`schemas/generated is missing above ${start}; install longshore again`);
  }
}
