import type { ErrorObject } from 'ajv';
import { describeProblem } from '../api/describe-problem.js';
import { parseDocument } from '../api/document.js';
import { EcsError } from '../api/errors.js';
import { throwProblems } from '../api/problems.js';
import type { JsonSchema } from '../api/schema.js';
import schema from '../../../schemas/hosts-file.json' with { type: 'json' };
import { formatAddress, parseAddress, parseJumps, type HostAddress } from './address.js';
import { lineFinder, type FindLine } from './yaml-lines.js';

/** One host of a hosts file, as RegisterContainerInstance takes it. */
export interface HostSpec {
  /** `[user@]host[:port]` or `unix:///path`. */
  host: string;
  /** Unique in the file. */
  name: string;
  identityFile?: string;
  proxyJump?: string;
  zone?: string;
  attributes?: { name: string; value?: string }[];
  /** CPU units and MiB. */
  reserve?: { cpu?: number; memory?: number };
  portRange?: string;
  publishAddress?: string;
  gpus?: number;
  shared?: boolean;
}

/** A host as it stands in the file, once it fits the schema. */
interface Entry extends Omit<HostSpec, 'name' | 'attributes'> {
  name?: string;
  user?: string;
  port?: number;
  attributes?: Record<string, string | number | boolean | null>;
}

/**
 * The hosts that a hosts file (YAML, or JSON with comments) names: a list, or `hosts:` with one; each an address or an
 * object, as schemas/hosts-file.json has it. Throws EcsError (InvalidParameterException) with all problems at once:
 * where, what was given, what is allowed; and DocumentError for text that is neither YAML nor JSON.
 */
export async function parseHostsFile(content: string | Uint8Array, source: string): Promise<HostSpec[]> {
  const document = await parseDocument(content, source);
  const list = listOf(document);
  const lineOf = await lineFinder(content, Array.isArray(document) ? [] : ['hosts']);
  const problems: string[] = [];
  if (list === undefined) {
    throw new EcsError(
      'InvalidParameterException',
      `${source} names no hosts`,
      'Write a list: hosts: [deploy@10.0.0.11, {host: 10.0.0.12, zone: b}].',
    );
  }
  if (!Array.isArray(document)) {
    const others = Object.keys(document as object).filter((key) => key !== 'hosts');
    problems.push(...others.map((key) => `${key} is not known beside hosts`));
  }
  const isValid = await hostValidator();
  const specs: HostSpec[] = [];
  for (const [index, item] of list.entries()) {
    const say = (problem: string, path: string[] = []) =>
      problems.push(`${whereIs(index, path, lineOf)}: ${problem}`);
    const entry = entryOf(item);
    const errors = isValid(entry);
    for (const error of errors) say(problemOf(error, entry), pathOf(error));
    const spec = errors.length === 0 ? specOf(entry as Entry, say) : undefined;
    if (spec) specs.push(spec);
  }
  problems.push(...duplicates(specs));
  // One alone stands without a headline.
  const [only] = problems;
  throwProblems(
    'InvalidParameterException',
    source,
    problems.length === 1 ? [`${source}, ${only}`] : problems,
  );
  return specs;
}

function listOf(document: unknown): unknown[] | undefined {
  const list = Array.isArray(document) ? document : (document as { hosts?: unknown }).hosts;
  return Array.isArray(list) && list.length > 0 ? (list as unknown[]) : undefined;
}

/** Short forms written out: an address alone, and ECS's own list of attributes. */
function entryOf(item: unknown): unknown {
  if (typeof item === 'string') return { host: item };
  const { attributes } = (item ?? {}) as { attributes?: unknown };
  if (!Array.isArray(attributes)) return item;
  const pairs = (attributes as { name?: unknown; value?: unknown }[]).map((one) => [
    one?.name,
    one?.value ?? null,
  ]);
  return { ...(item as object), attributes: Object.fromEntries(pairs) as unknown };
}

let compiled: ((entry: unknown) => ErrorObject[]) | undefined;

async function hostValidator(): Promise<(entry: unknown) => ErrorObject[]> {
  if (compiled) return compiled;
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  const validate = ajv.compile({ ...schema.$defs.host, $defs: schema.$defs });
  compiled = (entry) => (validate(entry) ? [] : [...(validate.errors ?? [])]);
  return compiled;
}

function problemOf(error: ErrorObject, entry: unknown): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const { limit } = error.params as { limit?: number };
  switch (error.keyword) {
    case 'minimum':
      return `${path} must be ${limit} or more`;
    case 'maximum':
      return `${path} must be ${limit} or less`;
    case 'minLength':
      return `${path} must not be empty`;
    case 'maxLength':
      return `${path} must have ${limit} characters at most`;
    case 'pattern':
      return patternWords[path] ?? `${path} has control characters`;
    case 'type':
      if (path === '') return 'takes an address, or an object with host';
  }
  return describeProblem(error, entry, schema.$defs.host as unknown as JsonSchema);
}

const patternWords: Record<string, string> = {
  portRange: 'portRange takes two ports, as in 40000-49999',
  name: 'name takes 1 to 128 letters, digits, dots, hyphens and underscores, a letter or digit first',
};

/** Where the line is that the problem is about. */
function pathOf(error: ErrorObject): string[] {
  const { additionalProperty } = error.params as { additionalProperty?: string };
  return [
    ...error.instancePath.split('/').slice(1),
    ...(additionalProperty === undefined ? [] : [additionalProperty]),
  ];
}

/** What no schema can say: addresses, and members that contradict each other. */
function specOf(entry: Entry, say: (problem: string, path?: string[]) => void): HostSpec | undefined {
  const { host, user, port, name, attributes, ...rest } = entry;
  const address = attempt(
    () => parseAddress(host),
    (problem) => say(problem, ['host']),
  );
  if (!address) return undefined;
  if (address.scheme === 'unix') {
    for (const key of ['user', 'port', 'identityFile', 'proxyJump'] as const) {
      if (entry[key] !== undefined) say(`${key} makes no sense for a socket of this machine`, [key]);
    }
  } else {
    if (user !== undefined && address.user !== undefined && user !== address.user)
      say('two users are given', ['user']);
    if (port !== undefined && address.port !== undefined && port !== address.port)
      say('two ports are given', ['port']);
    attempt(
      () => parseJumps(entry.proxyJump ?? 'none'),
      (problem) => say(problem, ['proxyJump']),
    );
  }
  const [from = 1, to = 65535] = entry.portRange?.split('-').map(Number) ?? [];
  if (from < 1 || to > 65535 || from > to)
    say(`portRange ${entry.portRange} is not a range of ports`, ['portRange']);
  const whole = withUser(address, user, port);
  const checked = attempt(
    () => parseAddress(formatAddress(whole)),
    (problem) => say(problem, ['user']),
  );
  return (
    checked && {
      ...rest,
      host: formatAddress(checked),
      name: name ?? (checked.scheme === 'unix' ? 'localhost' : checked.host),
      ...(attributes && { attributes: attributesOf(attributes) }),
    }
  );
}

function withUser(address: HostAddress, user: string | undefined, port: number | undefined): HostAddress {
  if (address.scheme === 'unix') return address;
  return { ...address, user: address.user ?? user, port: address.port ?? port };
}

function attributesOf(attributes: NonNullable<Entry['attributes']>): { name: string; value?: string }[] {
  return Object.entries(attributes).map(([name, value]) =>
    value === null || value === true ? { name } : { name, value: String(value) },
  );
}

function duplicates(specs: readonly HostSpec[]): string[] {
  const byHost = new Map<string, HostSpec>();
  const byName = new Map<string, HostSpec>();
  const problems: string[] = [];
  for (const spec of specs) {
    if (byHost.has(spec.host)) problems.push(`two hosts have the address ${spec.host}`);
    else if (byName.has(spec.name)) problems.push(`two hosts have the name ${spec.name}`);
    byHost.set(spec.host, spec);
    byName.set(spec.name, spec);
  }
  return problems;
}

/** `host 2 (line 7)` */
function whereIs(index: number, path: string[], lineOf: FindLine): string {
  const line = lineOf([String(index), ...path]) ?? lineOf([String(index)]);
  return `host ${index + 1}${line === undefined ? '' : ` (line ${line})`}`;
}

function attempt<T>(work: () => T, say: (problem: string) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    say(error.message);
    return undefined;
  }
}
