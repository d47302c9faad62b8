import { type JsonSchema, resolveSchema } from '../api/schema.js';
import type { CliFlag, CliFlags } from './flag.js';
import { INERT, memberText } from './member-texts.js';

/** The flags of an operation: one for each member of its input, named as the AWS CLI names it. */
export function memberFlags(schema: JsonSchema): CliFlags {
  const required = new Set(schema.required);
  return Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(([, property]) => !property['x-no-flag'])
      .map(([member, property]) => [
        flagName(member),
        memberFlag(
          schema.title ?? '',
          member,
          resolveSchema(property, schema),
          property,
          required.has(member),
        ),
      ]),
  );
}

function memberFlag(
  operation: string,
  member: string,
  type: JsonSchema,
  property: JsonSchema,
  required: boolean,
): CliFlag {
  const description = property.description ?? memberText(operation, member);
  const common = {
    member,
    description,
    ...(description?.startsWith(INERT) && { helpGroup: 'inert' }),
    ...(required && { required }),
    ...(property['x-longshore'] && { helpGroup: 'longshore' }),
  };
  if (type.type === 'boolean') {
    const negativeName = negativeFlagName(operation, member);
    const helpLabel = negativeName && `--${flagName(member)}|--${negativeName}`;
    return { type: 'boolean', allowNo: true, ...(negativeName && { negativeName, helpLabel }), ...common };
  }
  return {
    type: 'option',
    ...common,
    ...(type.type === 'array' && { multiple: true }),
    helpValue: helpValue(type),
  };
}

/** Characters of a list of values that help shows; of longer ones the description says where they are found. */
const LONGEST = 70;

function helpValue(type: JsonSchema): string {
  const values = type.enum?.join('|');
  if (values !== undefined && values.length <= LONGEST) return values;
  if (type.type === 'integer' || type.type === 'number') return '<number>';
  if (type.type === 'array') return type.items?.type === 'string' ? '<value>...' : '<key=value,...>...';
  return type.type === 'object' ? '<key=value,...>' : '<value>';
}

/** What the AWS CLI calls the opposite of a flag where it isn't `--no-…`. */
export function negativeFlagName(operation: string, member: string): string | undefined {
  if (member === 'enableExecuteCommand') return 'disable-execute-command';
  return operation === 'ExecuteCommand' && member === 'interactive' ? 'non-interactive' : undefined;
}

/** `enableECSManagedTags` is `enable-ecs-managed-tags`: the AWS CLI's own rule. */
export function flagName(member: string): string {
  return member
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
