import type { OperationName } from '../api/operations.js';
import { type JsonSchema, loadSchema, resolveSchema } from '../api/schema.js';
import { shorten } from '../api/shorten.js';
import { checkList, checkObject, readScalar, scalarOf } from './json-types.js';

/** What an operation gets of what was sent. */
export interface ReadInput {
  input: unknown;
  /** Paths of the members that the operation doesn't know, for the log: a few of them, and none too long. */
  ignored: string[];
}

/** Paths that are told of, and the most characters of one name. */
const MOST_TOLD = 10;
const LONGEST = 40;

/**
 * An input as ECS reads it: members that the operation's schema doesn't have are left out, at any depth, since a client may
 * be newer than the server. Maps whose keys are the caller's (labels, options) keep them all, and nulls are left to the
 * operation. Pure. Throws WireError SerializationException where a value has another type than the schema's.
 */
export function readInput(operation: OperationName, sent: unknown): ReadInput {
  const ignored = new Set<string>();
  const root = loadSchema(operation);
  const ignore = (path: string) => void (ignored.size < MOST_TOLD && ignored.add(path));
  const place: Place = { root, path: '', name: `${operation}Request`, isMember: false, ignore };
  return { input: readObject(sent, root, place), ignored: [...ignored] };
}

interface Place {
  root: JsonSchema;
  path: string;
  /** Of the structure that should be there. */
  name: string | undefined;
  /** Of a structure; else it is an item, a value of a map, or the whole. */
  isMember: boolean;
  ignore: (path: string) => void;
}

function read(value: unknown, given: JsonSchema, outside: Place): unknown {
  if (value === null) return value;
  const place = { ...outside, name: given.$ref?.split('/').at(-1) };
  const schema = resolveSchema(given, place.root);
  const scalar = scalarOf(schema);
  if (scalar !== undefined) return readScalar(value, scalar, place.path);
  const { items } = schema;
  if (items === undefined) return readObject(value, schema, place);
  checkList(value, place.path, place.isMember);
  const item = { ...place, path: `${place.path}[]`, isMember: false };
  return value.map((each) => read(each, items, item));
}

/** A structure, or a map. */
function readObject(value: unknown, schema: JsonSchema, place: Place): unknown {
  const { properties, additionalProperties } = schema;
  checkObject(value, place.path, place.isMember, { name: place.name, isMap: properties === undefined });
  if (properties !== undefined) return readStructure(value, properties, place);
  if (typeof additionalProperties !== 'object') return value;
  const inside = { ...place, path: `${place.path}{}`, isMember: false };
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, one]) => [key, read(one, additionalProperties, inside)]));
}

function readStructure(
  value: Record<string, unknown>,
  properties: Readonly<Record<string, JsonSchema>>,
  place: Place,
): Record<string, unknown> {
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const path = `${place.path}${place.path && '.'}${shorten(name, LONGEST)}`;
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (schema !== undefined) return [[name, read(member, schema, { ...place, path, isMember: true })]];
    place.ignore(path);
    return [];
  });
  return Object.fromEntries(members);
}
