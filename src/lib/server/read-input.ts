import type { OperationName } from '../api/operations.js';
import { type JsonSchema, loadSchema, resolveSchema } from '../api/schema.js';
import { shorten } from '../api/shorten.js';

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
 * be newer than the server. Maps whose keys are the caller's (labels, options) keep them all. Pure.
 */
export function readInput(operation: OperationName, sent: unknown): ReadInput {
  const ignored = new Set<string>();
  const root = loadSchema(operation);
  const ignore = (path: string) => void (ignored.size < MOST_TOLD && ignored.add(path));
  return { input: known(sent, root, { root, path: '', ignore }), ignored: [...ignored] };
}

interface Place {
  root: JsonSchema;
  path: string;
  ignore: (path: string) => void;
}

function known(value: unknown, given: JsonSchema, place: Place): unknown {
  const { properties, items } = resolveSchema(given, place.root);
  if (Array.isArray(value))
    return items === undefined
      ? value
      : value.map((item) => known(item, items, { ...place, path: `${place.path}[]` }));
  if (typeof value !== 'object' || value === null || properties === undefined) return value;
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const path = `${place.path}${place.path && '.'}${shorten(name, LONGEST)}`;
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (schema !== undefined) return [[name, known(member, schema, { ...place, path })]];
    place.ignore(path);
    return [];
  });
  return Object.fromEntries(members);
}
