import { type JsonSchema, resolveSchema } from '../../src/lib/api/schema.js';

/** Whether a member of a structure is to be given. */
export type Wanted = (structure: string, member: string) => boolean;

/** Plain values, or such as need care: spaces, commas, signs that shorthand knows, `false`. */
export type Kind = 'plain' | 'tricky';

/** A value for each member of an operation's input that is wanted, and of the structures in it. */
export const sampleInput = (root: JsonSchema, kind: Kind, wanted: Wanted): Record<string, unknown> =>
  structure(root, root, `${root.title}Request`, 0, kind, wanted);

function sample(
  schema: JsonSchema,
  root: JsonSchema,
  name: string,
  n: number,
  kind: Kind,
  wanted: Wanted,
): unknown {
  const type = resolveSchema(schema, root);
  switch (type.type) {
    case 'boolean':
      return kind === 'plain';
    case 'integer':
      return n + (kind === 'plain' ? 7 : 0);
    case 'number':
      return kind === 'plain' ? 1.5 : 12;
    case 'array':
      return [n, n + 1].map((each) => sample(type.items ?? {}, root, name, each, kind, wanted));
    case 'object': {
      const values = type.additionalProperties;
      if (typeof values !== 'object') return structure(type, root, refName(schema), n, kind, wanted);
      const keys = kind === 'plain' ? ['a', 'b'] : ['a-b_c.d/e#1', 'b'];
      return Object.fromEntries(keys.map((key, i) => [key, sample(values, root, key, n + i, kind, wanted)]));
    }
    default:
      return type.enum?.[n % type.enum.length] ?? text(name, n, kind);
  }
}

function structure(
  type: JsonSchema,
  root: JsonSchema,
  name: string,
  n: number,
  kind: Kind,
  wanted: Wanted,
): Record<string, unknown> {
  const members = Object.entries(type.properties ?? {}).filter(
    ([member, schema]) => !schema['x-longshore'] && wanted(name, member),
  );
  const given = type['x-kind'] === 'union' ? members.slice(0, 1) : members;
  return Object.fromEntries(
    given.map(([member, schema]) => [member, sample(schema, root, member, n, kind, wanted)]),
  );
}

const TRICKY = ['a b', 'x=y', 'a,b', '{c}', '[d]', "it's", 'say "so"', 'back\\slash', ' padded ', 'Zürich'];

const text = (name: string, n: number, kind: Kind): string =>
  kind === 'plain' ? `${name}-${n}` : (TRICKY[(n + name.length) % TRICKY.length] as string);

const refName = (schema: JsonSchema): string => schema.$ref?.replace('#/$defs/', '') ?? '';
