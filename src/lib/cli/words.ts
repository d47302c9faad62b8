import { nearestName } from '../api/nearest.js';
import type { CliFlag, CliFlags } from './flag.js';
import { UsageError } from './usage-error.js';

/** A command line, taken apart but not understood yet. */
export interface Words {
  /** By the flag's full name: true or false for switches, the words after it for the rest. */
  given: Map<string, boolean | string[]>;
  /** Words after `--`; undefined where there is no `--`. */
  passed: string[] | undefined;
  /** Words that belong to no flag. */
  loose: string[];
  /** Flags given more than once, of which the last counts. */
  repeated: string[];
}

interface Match {
  name: string;
  flag: CliFlag;
  negated: boolean;
}

/**
 * Takes a command line apart as the AWS CLI does (Python's argparse): `--a b`, `--a=b`, `--list a b c`, `--no-switch`,
 * any unambiguous beginning of a flag's name; the last of several counts. Throws UsageError.
 */
export function parseWords(argv: readonly string[], flags: CliFlags): Words {
  const words: Words = { given: new Map(), passed: undefined, loose: [], repeated: [] };
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.passed = rest;
      break;
    }
    if (looksLikeFlag(word)) takeFlag(word, rest, flags, words);
    else words.loose.push(word);
  }
  return words;
}

/** The words of a flag that takes one; undefined where it wasn't given. */
export function textOf(words: Words, name: string): string | undefined {
  const value = words.given.get(name);
  return Array.isArray(value) ? value[0] : undefined;
}

/** The words of a flag that takes several; undefined where it wasn't given. */
export function listOf(words: Words, name: string): string[] | undefined {
  const value = words.given.get(name);
  return Array.isArray(value) ? value : undefined;
}

function takeFlag(word: string, rest: string[], flags: CliFlags, words: Words): void {
  const equals = word.indexOf('=');
  const typed = equals === -1 ? word : word.slice(0, equals);
  const { name, flag, negated } = findFlag(typed, flags);
  const attached = equals === -1 ? undefined : word.slice(equals + 1);
  if (words.given.has(name)) words.repeated.push(name);
  words.given.set(
    name,
    flag.type === 'boolean' || negated
      ? switchValue(typed, attached, negated)
      : values(name, flag, attached, rest),
  );
}

function switchValue(typed: string, attached: string | undefined, negated: boolean): boolean {
  if (attached === undefined) return !negated;
  throw new UsageError(`${typed} takes no value, but was given "${attached}"`);
}

function values(name: string, flag: CliFlag, attached: string | undefined, rest: string[]): string[] {
  if (attached !== undefined) return allowed(name, flag, [attached]);
  const taken: string[] = [];
  while (rest[0] !== undefined && !looksLikeFlag(rest[0]) && (flag.multiple || taken.length === 0)) {
    taken.push(rest.shift() as string);
  }
  if (taken.length > 0 || flag.multiple) return allowed(name, flag, taken);
  if (flag.bare !== undefined) return [flag.bare];
  throw new UsageError(
    `--${name} takes a value`,
    flag.options && `It is one of: ${flag.options.join(', ')}.`,
  );
}

function allowed(name: string, flag: CliFlag, values: string[]): string[] {
  const wrong = flag.options && values.find((value) => !flag.options?.includes(value));
  if (wrong === undefined) return values;
  const meant = nearestName(wrong, flag.options ?? []);
  throw new UsageError(
    `--${name} takes one of ${flag.options?.join(', ')}, not "${wrong}"`,
    meant && `Did you mean ${meant}?`,
  );
}

/** Not a negative number, not `-` alone (standard input), not text with spaces; what a flag is given may have some. */
function looksLikeFlag(word: string): boolean {
  return /^-(?![\d=]|$)[^\s=]*(=|$)/.test(word);
}

function findFlag(typed: string, flags: CliFlags): Match {
  if (!typed.startsWith('--')) return findShort(typed, flags);
  const forms = new Map(Object.entries(flags).flatMap(([name, flag]) => formsOf(name, flag)));
  const name = typed.slice(2);
  const exact = forms.get(name);
  if (exact) return exact;
  const begun =
    name === ''
      ? []
      : [...forms.keys()].filter((form) => form.startsWith(name) && !forms.get(form)?.flag.hidden);
  // What aws understands, we do: our own flags make none of its beginnings ambiguous.
  const ofEcs = begun.filter((form) => isOfEcs((forms.get(form) as Match).flag));
  const [meant, other] = ofEcs.length > 0 ? ofEcs : begun;
  if (meant !== undefined && other === undefined) return forms.get(meant) as Match;
  if (begun.length > 1) {
    throw new UsageError(
      `${typed} could be ${begun.map((form) => `--${form}`).join(' or ')}`,
      'Write more of it.',
    );
  }
  throw unknownFlag(typed, nearestName(name, [...forms.keys()]));
}

const isOfEcs = ({ member, helpGroup }: CliFlag): boolean =>
  member !== undefined && helpGroup !== 'longshore';

function findShort(typed: string, flags: CliFlags): Match {
  const found = Object.entries(flags).find(
    ([, flag]) => flag.char !== undefined && typed === `-${flag.char}`,
  );
  if (found) return { name: found[0], flag: found[1], negated: false };
  const word = typed.replace(/^-/, '');
  const usual = ELSEWHERE[word]?.find((name) => flags[name] !== undefined);
  throw unknownFlag(typed, usual ?? nearestName(word, Object.keys(flags)));
}

/** What single letters are to others' commands. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  c: ['cluster', 'clusters'],
  n: ['tail'],
  o: ['output'],
  q: ['query'],
  t: ['tasks', 'task', 'timestamps'],
};

function formsOf(name: string, flag: CliFlag): [string, Match][] {
  const plain: [string, Match] = [name, { name, flag, negated: false }];
  const negatives = [
    ...(flag.allowNo ? [`no-${name}`] : []),
    ...(flag.negativeName ? [flag.negativeName] : []),
  ];
  return [plain, ...negatives.map((form): [string, Match] => [form, { name, flag, negated: true }])];
}

function unknownFlag(typed: string, meant: string | undefined): UsageError {
  return new UsageError(`unknown flag ${typed}`, meant && `Did you mean --${meant}?`);
}
