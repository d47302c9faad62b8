import { type JsonSchema, loadSchema, resolveSchema } from './schema.js';

/**
 * Whether a value has the types and names of an operation's input, or of one structure (`$defs`) of it. At once and
 * without reasons: for what others wrote and we only read. People's own input goes through `validateInput`.
 */
export function fitsSchema(value: unknown, operation: string, structure?: string): boolean {
  const root = loadSchema(operation);
  return fits(value, structure === undefined ? root : { $ref: `#/$defs/${structure}` }, root, 0);
}

/** ECS's structures are some ten levels deep. */
const deepest = 32;

function fits(value: unknown, given: JsonSchema, root: JsonSchema, depth: number): boolean {
  if (depth > deepest) return false;
  const schema = resolveSchema(given, root);
  if (!isOfType(value, schema.type)) return false;
  if (schema.enum !== undefined && !schema.enum.includes(value as string)) return false;
  if (Array.isArray(value))
    return value.every((item) => schema.items === undefined || fits(item, schema.items, root, depth + 1));
  if (typeof value !== 'object' || value === null) return true;
  if (schema.required?.some((name) => !Object.hasOwn(value, name))) return false;
  return Object.entries(value).every(([name, member]) => {
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
    const of = known ? schema.properties?.[name] : (schema.additionalProperties ?? true);
    return typeof of === 'object' ? fits(member, of, root, depth + 1) : of === true;
  });
}

function isOfType(value: unknown, types: JsonSchema['type']): boolean {
  if (types === undefined) return true;
  return [types].flat().some((type) => {
    if (type === 'array') return Array.isArray(value);
    if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
    if (type === 'integer') return Number.isSafeInteger(value);
    if (type === 'number') return Number.isFinite(value);
    return typeof value === type;
  });
}
