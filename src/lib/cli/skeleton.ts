import { type JsonSchema, resolveSchema } from '../api/schema.js';

/**
 * An input to fill in: every member once, with an empty value of its type (`""`, `0`, `true`; the first of an enum),
 * as `aws … --generate-cli-skeleton` gives it. Longshore's own members are left out, so that it suits both.
 */
export function skeleton(root: JsonSchema): unknown {
  return sample(root, root, []);
}

function sample(schema: JsonSchema, root: JsonSchema, inside: readonly JsonSchema[]): unknown {
  const type = resolveSchema(schema, root);
  if (inside.includes(type)) return {};
  const within = [...inside, type];
  if (type.enum) return type.enum[0];
  if (type['x-kind'] === 'timestamp') return '1970-01-01T00:00:00';
  switch (type.type) {
    case 'object':
      return object(type, root, within);
    case 'array':
      return [sample(type.items ?? {}, root, within)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return 0;
    default:
      return '';
  }
}

function object(type: JsonSchema, root: JsonSchema, within: readonly JsonSchema[]): unknown {
  if (typeof type.additionalProperties === 'object') {
    return { KeyName: sample(type.additionalProperties, root, within) };
  }
  return Object.fromEntries(
    Object.entries(type.properties ?? {})
      .filter(([, member]) => !member['x-longshore'])
      .map(([name, member]) => [name, sample(member, root, within)]),
  );
}
