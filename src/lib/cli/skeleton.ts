import { type JsonSchema, resolveSchema } from '../api/schema.js';

/** What stands for a text: by its schema, the member that holds it, and whether it is an item of a list. */
type Placeholder = (schema: JsonSchema, member: string, inList: boolean) => string;

/**
 * An input to fill in: every member once, with an empty value of its type (`""`, `0`, `true`; the first of an enum),
 * as `aws … --generate-cli-skeleton` gives it. Longshore's own members are left out, so that it suits both.
 */
export const inputSkeleton = (root: JsonSchema): unknown =>
  sample(root, root, [], '', (schema) => (schema.enum ?? schema.examples)?.[0] ?? '');

/** What an answer may hold: every member once, texts being the names of their members, as the AWS CLI gives it. */
export const outputSkeleton = (root: JsonSchema): unknown =>
  sample(root, root, [], '', (schema, member, inList) => (inList ? (schema.title ?? 'String') : member));

function sample(
  schema: JsonSchema,
  root: JsonSchema,
  inside: readonly JsonSchema[],
  member: string,
  text: Placeholder,
  inList = false,
): unknown {
  const type = resolveSchema(schema, root);
  if (inside.includes(type)) return {};
  const within = [...inside, type];
  if (type['x-kind'] === 'timestamp') return '1970-01-01T00:00:00';
  switch (type.type) {
    case 'object':
      return typeof type.additionalProperties === 'object'
        ? { KeyName: sample(type.additionalProperties, root, within, '', text) }
        : object(type, root, within, text);
    case 'array':
      return [sample(type.items ?? {}, root, within, member, text, true)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return 0;
    default:
      return text(type, member, inList);
  }
}

const object = (
  type: JsonSchema,
  root: JsonSchema,
  within: readonly JsonSchema[],
  text: Placeholder,
): unknown =>
  Object.fromEntries(
    Object.entries(type.properties ?? {})
      .filter(([, member]) => !member['x-longshore'])
      .map(([name, member]) => [name, sample(member, root, within, name, text)]),
  );
