import type { ErrorObject } from 'ajv';
import { nearestName } from './nearest.js';
import { shorten } from './shorten.js';
import { resolveSchema, type JsonSchema } from './schema.js';

/** One of ajv's errors as a sentence: the path, what was given, what is allowed, and the likely mistake. */
export function describeProblem(error: ErrorObject, input: unknown, schema: JsonSchema): string {
  const { segments, value } = placeOf(error, input);
  const path = formatPath(segments, input);
  const params = error.params as Record<string, unknown>;

  switch (error.keyword) {
    case 'required':
      return `${formatPath([...segments, String(params.missingProperty)], input)} is required`;
    case 'additionalProperties':
      return describeUnknown(
        String(params.additionalProperty),
        segments,
        input,
        knownNames(segments, schema),
      );
    case 'enum':
      return describeEnum(path, value, params.allowedValues as string[]);
    case 'minProperties':
    case 'maxProperties':
      return `${path} must have exactly one member`;
    default:
      return describeType(path, segments, value, params.type as string | string[]);
  }
}

/**
 * The same in ECS's words, where they are known (many threads): `launch type should be one of [EC2,FARGATE,EXTERNAL]`. Seen
 * of members of the input itself; deeper ones keep our words, which say where.
 */
export function problemInEcs(error: ErrorObject, input: unknown): string | undefined {
  if (error.keyword !== 'enum') return undefined;
  const { segments, value } = placeOf(error, input);
  const [member = '', ...inside] = segments;
  if (member === 'placementConstraints' && value === 'distinctInstance')
    return `constraint.type '${value}' is not supported.`;
  if (inside.some((segment) => !/^\d+$/.test(segment))) return undefined;
  const words = member.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const { allowedValues } = error.params as { allowedValues: string[] };
  return `${words} should be one of [${allowedValues.join(',')}]`;
}

function placeOf({ instancePath }: ErrorObject, input: unknown): { segments: string[]; value: unknown } {
  const segments = instancePath.split('/').slice(1).map(unescapePointer);
  const value = segments.reduce<unknown>(
    (at, segment) => (at as Record<string, unknown> | undefined)?.[segment],
    input,
  );
  return { segments, value };
}

/** `containerDefinitions[0].memory`; the input itself is `the input`. */
function formatPath(segments: readonly string[], input: unknown): string {
  let at = input;
  const parts = segments.map((segment, i) => {
    const inList = Array.isArray(at);
    at = (at as Record<string, unknown> | undefined)?.[segment];
    return inList ? `[${segment}]` : `${i > 0 ? '.' : ''}${shorten(segment)}`;
  });
  return parts.join('') || 'the input';
}

function describeUnknown(name: string, segments: string[], input: unknown, known: readonly string[]): string {
  const path = formatPath([...segments, name], input);
  if (Object.hasOwn(IN_ANSWERS, name) && !known.includes(name))
    return `${path} is not known here; ${IN_ANSWERS[name]}`;
  const near = nearestName(name, known) ?? known.find((each) => each === ELSEWHERE[name.toLowerCase()]);
  if (near) return `${path} is not known; did you mean ${near}?`;
  const allowed =
    known.length > MOST ? '--generate-cli-skeleton shows what is' : `allowed are ${known.join(', ')}`;
  return `${path} is not known; ${allowed}`;
}

/** Names that a message lists; nobody reads more. */
const MOST = 12;

/** What AWS's own examples have in container definitions, where it isn't, and what helps. */
const IN_ANSWERS: Readonly<Record<string, string>> = {
  networkInterfaces:
    "it stands in answers only: leave it out, since the cluster's network gives a task of networkMode awsvpc its address",
};

/** What Docker and Compose call what ECS names otherwise. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  cmd: 'command',
  env: 'environment',
  env_file: 'environmentFiles',
  labels: 'dockerLabels',
  mem_limit: 'memory',
  mem_reservation: 'memoryReservation',
  ports: 'portMappings',
  publish: 'portMappings',
  restart: 'restartPolicy',
  stop_grace_period: 'stopTimeout',
  sysctls: 'systemControls',
  tty: 'pseudoTerminal',
  volumes: 'mountPoints',
  working_dir: 'workingDirectory',
};

function describeEnum(path: string, value: unknown, allowed: readonly string[]): string {
  const near =
    typeof value === 'string' ? (nearestName(value, allowed) ?? begunBy(value, allowed)) : undefined;
  const allowedText = `${path} must be ${allowed.length > 1 ? 'one of ' : ''}${allowed.join(', ')}`;
  // A value of another type has a problem of its own already, worded by describeType.
  if (typeof value !== 'string') return allowedText;
  return `${allowedText}, not "${shorten(value, 40)}"${near ? `; did you mean ${near}?` : ''}`;
}

/** The only one that begins with a word of some length. */
function begunBy(value: string, allowed: readonly string[]): string | undefined {
  const [only, ...others] =
    value.length < 3 ? [] : allowed.filter((each) => each.toLowerCase().startsWith(value.toLowerCase()));
  return others.length === 0 ? only : undefined;
}

const typeNames: Record<string, string> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function describeType(path: string, segments: string[], value: unknown, type: string | string[]): string {
  const expected = [type].flat();
  const names = expected.map((name) => typeNames[name] ?? name).join(' or ');
  const hint = typeHint(expected, segments, value);
  return `${path} must be ${names}, not ${describeValue(value, expected, mayHoldSecret(segments))}${hint && `; ${hint}`}`;
}

function typeHint(expected: readonly string[], segments: readonly string[], value: unknown): string {
  const member = segments.at(-1);
  const plain = typeof value === 'number' || typeof value === 'boolean';
  if (expected.includes('string') && plain) return 'put it in quotes';
  if (typeof value === 'string' && expected.includes('integer') && /^\d+$/.test(value))
    return 'write it without quotes';
  if (typeof value === 'string' && expected.includes('boolean') && /^(true|false)$/.test(value)) {
    return 'write it without quotes';
  }
  if (typeof value === 'string' && /^\s*[[{]/.test(value) && !expected.includes('string'))
    return 'it is JSON inside a string; write it without the quotes around it';
  if (segments.at(-2) === 'portMappings' && expected.includes('object'))
    return 'write {"containerPort": 80, "hostPort": 8080}';
  if (!expected.includes('array') || value === null) return '';
  if (member === 'environment' || member === 'tags') {
    return `write [{"${member === 'tags' ? 'key' : 'name'}": "…", "value": "…"}]`;
  }
  return 'put it in [ ]';
}

/** Numbers and booleans are repeated, and strings where a number or boolean was wanted; any other only by its length. */
function describeValue(value: unknown, expected: readonly string[], secret: boolean): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') {
    const harmless = !secret && value.length <= 40 && expected.every((type) => plainTypes.has(type));
    return harmless ? `the string "${shorten(value)}"` : `a string of ${value.length} characters`;
  }
  return secret ? `a ${typeof value}` : `the ${typeof value} ${String(value)}`;
}

const plainTypes = new Set(['integer', 'number', 'boolean']);

/** Members below which anything may be a password. */
const secretMembers = new Set([
  'environment',
  'secrets',
  'secretOptions',
  'options',
  'driverOpts',
  'dockerLabels',
  'command',
  'entryPoint',
  'properties',
]);

const mayHoldSecret = (segments: readonly string[]) => segments.some((segment) => secretMembers.has(segment));

/** The members that the structure at a place of the input may have. */
function knownNames(segments: readonly string[], schema: JsonSchema): string[] {
  const structure = segments.reduce<JsonSchema | undefined>((at, segment) => {
    const inside = at?.items ?? at?.properties?.[segment] ?? at?.additionalProperties;
    return typeof inside === 'object' ? resolveSchema(inside, schema) : undefined;
  }, schema);
  return Object.keys(structure?.properties ?? {});
}

const unescapePointer = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~');
