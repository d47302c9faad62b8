import { type JsonSchema, resolveSchema } from '../api/schema.js';

/** An answer with Dates where its schema has timestamps; on the wire they are epoch seconds. */
export function withDates(value: unknown, schema: JsonSchema, root: JsonSchema): unknown {
  const type = resolveSchema(schema, root);
  if (type['x-kind'] === 'timestamp') return typeof value === 'number' ? new Date(value * 1000) : value;
  if (Array.isArray(value)) return value.map((item) => withDates(item, type.items ?? {}, root));
  if (typeof value !== 'object' || value === null) return value;
  const { properties = {}, additionalProperties } = type;
  const values = typeof additionalProperties === 'object' ? additionalProperties : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      withDates(member, Object.hasOwn(properties, name) ? (properties[name] ?? {}) : values, root),
    ]),
  );
}
