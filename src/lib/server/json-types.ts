import type { JsonSchema } from '../api/schema.js';
import { WireError } from './wire.js';

/*
 * What AWS's JSON protocol makes of a value of another type than the model's: SerializationException, with the texts of the
 * framework that AWS's services have in common. `STRING_VALUE cannot be converted to Integer` and `Unrecognized collection
 * type class …` are seen of ECS (aws-actions/amazon-ecs-deploy-task-definition issues 587 and 610, aws/aws-cdk-cli pull
 * request 973); the others are those of DynamoDB, whose first two are the same, as Dynalite's tests against AWS have them.
 * Pure.
 */

interface Scalar {
  /** How the texts call it. */
  name: string;
  javaClass: string;
  takes: readonly ('string' | 'number' | 'boolean')[];
}

const scalar = (name: string, ...takes: Scalar['takes']): Scalar => ({
  name,
  javaClass: `java.lang.${name}`,
  takes,
});
const TIMESTAMP = {
  ...scalar('milliseconds since epoch', 'number', 'string'),
  javaClass: 'java.util.Date',
};

const scalars: Readonly<Record<string, Scalar>> = {
  string: scalar('String', 'string'),
  boolean: scalar('Boolean', 'boolean'),
  integer: scalar('Integer', 'number'),
  long: scalar('Long', 'number'),
  double: scalar('Double', 'number'),
  timestamp: TIMESTAMP,
};

/** undefined where the schema is of a list, a map or a structure. */
export function scalarOf({ type, 'x-kind': kind }: JsonSchema): Scalar | undefined {
  return scalars[kind ?? ''] ?? (typeof type === 'string' ? scalars[type] : undefined);
}

/** The value as the type has it: of a number with a fraction the whole part, where it should have none. Throws WireError. */
export function readScalar(value: unknown, { name, javaClass, takes }: Scalar, at: string): unknown {
  if (Array.isArray(value)) throw unlike(`Unrecognized collection type class ${javaClass}`, at);
  if (typeof value === 'object') throw unlike(STRUCTURE, at);
  if (!(takes as readonly string[]).includes(typeof value)) throw unlike(notConverted(value, name), at);
  const isWhole = name === 'Integer' || name === 'Long';
  return isWhole && typeof value === 'number' ? Math.trunc(value) : value;
}

const notConverted = (value: unknown, name: string): string =>
  name === 'Boolean' && typeof value === 'string'
    ? 'Unexpected token received from parser'
    : `${tokenOf(value)} cannot be converted to ${name}`;

/** What the parser calls it. */
function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}

const STRUCTURE = 'Start of structure or map found where not expected';

/** Throws WireError. `isMember`: of a structure, and no item or the whole. */
export function checkList(value: unknown, at: string, isMember: boolean): asserts value is unknown[] {
  if (Array.isArray(value)) return;
  throw unlike(typeof value === 'object' ? STRUCTURE : unexpected(isMember), at);
}

/** Throws WireError. `name`: of the structure; undefined where it has none, and for maps. */
export function checkObject(
  value: unknown,
  at: string,
  isMember: boolean,
  { name, isMap }: { name: string | undefined; isMap: boolean },
): asserts value is Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  if (!Array.isArray(value)) throw unlike(unexpected(isMember), at);
  const type = isMap
    ? 'java.util.Map<java.lang.String, java.lang.String>'
    : name && `class com.amazonaws.madison.frontend.${name}`;
  throw unlike(type ? `Unrecognized collection type ${type}` : unexpected(isMember), at);
}

const unexpected = (isMember: boolean): string =>
  isMember ? 'Unexpected field type' : 'Unexpected value type in payload';

const unlike = (message: string, at: string) => new WireError('SerializationException', message, 400, at);
