import type { Flags, FlagGrammar, Grammar, Kind, Values } from './grammar.js';
import { type Given, type Place, flagsOf, placeAfter } from './typed-line.js';

/** One way to go on. */
export interface Candidate {
  value: string;
  /** A few words that tell what it is. */
  about?: string;
}

/** Where names come from: the state, the SSH configuration, directories. What can't be read gives none. */
export interface Names {
  /** Those that begin with `typed`, or more; `cluster` is the one that the line names. */
  ofKind(kind: Kind, typed: string, cluster: string): Candidate[];
}

/** What the word that begins with `typed` may become, after these words. In the order to show them in. */
export function candidates(
  words: readonly string[],
  typed: string,
  grammar: Grammar,
  names: Names,
): Candidate[] {
  const found = atPlace(placeAfter(words, grammar), typed, grammar, names);
  return found.filter(({ value }) => value.startsWith(typed) && value !== '' && isPlain(value));
}

/** What no shell takes for anything but itself. Names that aren't so are left out. */
const isPlain = (value: string): boolean => /^[\w.:@%+,/=~ -]+$/.test(value);

function atPlace(place: Place, typed: string, grammar: Grammar, names: Names): Candidate[] {
  switch (place.at) {
    case 'verb':
      return typed.startsWith('-')
        ? flagNames(grammar.globals, new Map(), typed)
        : verbNames(place.group, grammar);
    case 'help':
      return [
        ...grammar.topics.map((value) => ({ value, about: 'topic' })),
        ...verbNames(undefined, grammar),
      ];
    case 'value': {
      if (typed.startsWith('-') && (place.flag.many || place.taken.length > 0)) break;
      const cluster = place.given.get('cluster')?.[0] ?? 'default';
      return valuesOf(place.flag, typed, place.taken, cluster, names);
    }
    case 'flag':
      return afterVerb(place, typed, grammar, names);
    case 'nowhere':
      return [];
  }
  return place.verb === undefined
    ? []
    : afterVerb({ verb: place.verb, given: place.given }, typed, grammar, names);
}

function verbNames(group: string | undefined, { verbs }: Grammar): Candidate[] {
  if (group !== undefined)
    return Object.entries(verbs)
      .filter(([name]) => name.startsWith(`${group} `))
      .map(([name, { about }]) => ({ value: name.slice(group.length + 1), about }));
  const byFirst = new Map<string, string>([['help', 'Verbs by topic']]);
  for (const [name, { about }] of Object.entries(verbs)) {
    const [first = '', second] = name.split(' ');
    byFirst.set(first, second === undefined ? about : (byFirst.get(first) ?? ''));
    if (second !== undefined) byFirst.set(first, [byFirst.get(first), second].filter(Boolean).join(', '));
  }
  return [...byFirst].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, about]) => ({ value, about }));
}

/** A flag, or the verb's own word. What must be given comes first, alone. */
function afterVerb(
  { verb, given }: { verb: string; given: Given },
  typed: string,
  grammar: Grammar,
  names: Names,
): Candidate[] {
  const flags = flagsOf(verb, grammar);
  const equals = typed.indexOf('=');
  if (typed.startsWith('--') && equals !== -1)
    return attached(typed.slice(0, equals), typed, flags, given, names);
  const own = grammar.verbs[verb];
  if (typed.startsWith('-')) return flagNames(flags, given, typed);
  if (own?.takes) return valuesOf({ about: '', takes: own.takes }, typed, [], 'default', names);
  const missing = Object.entries(own?.flags ?? {}).filter(
    ([name, flag]) => flag.required && !given.has(name),
  );
  const offered =
    missing.length > 0 && !isWholeInput(given) ? Object.fromEntries(missing) : (own?.flags ?? {});
  return typed === '' ? flagNames(offered, given, '--') : [];
}

const isWholeInput = (given: Given): boolean =>
  ['cli-input-json', 'cli-input-yaml', 'generate-cli-skeleton'].some((name) => given.has(name));

/** `--name=value`. */
function attached(name: string, typed: string, flags: Flags, given: Given, names: Names): Candidate[] {
  const flag = flags[name.slice(2)];
  if (flag === undefined) return [];
  const cluster = given.get('cluster')?.[0] ?? 'default';
  return valuesOf(flag, typed.slice(name.length + 1), [], cluster, names).map((candidate) => ({
    ...candidate,
    value: `${name}=${candidate.value}`,
  }));
}

function flagNames(flags: Flags, given: Given, typed: string): Candidate[] {
  const negated = typed.startsWith('--no');
  return Object.entries(flags)
    .filter(([name, flag]) => !flag.hidden && !given.has(name))
    .sort(([, a], [, b]) => Number(b.required ?? false) - Number(a.required ?? false))
    .flatMap(([name, { about, negatable }]) => [
      { value: `--${name}`, about },
      ...(negated && negatable ? [{ value: `--no-${name}`, about: `Not: ${about}` }] : []),
    ]);
}

function valuesOf(
  { takes = { kind: 'any' } }: FlagGrammar,
  typed: string,
  taken: readonly string[],
  cluster: string,
  names: Names,
): Candidate[] {
  // A name that looks like a flag would be taken for one.
  const isName = ({ value }: Candidate) => !value.startsWith('-') && !taken.includes(value);
  return lookUp(takes, typed, cluster, names).filter(isName);
}

function lookUp(takes: Values, typed: string, cluster: string, names: Names): Candidate[] {
  if ('oneOf' in takes) return takes.oneOf.map((value) => ({ value }));
  const scheme = /^fileb?:\/\//.exec(typed)?.[0];
  if (scheme !== undefined)
    return names
      .ofKind('file', typed.slice(scheme.length), cluster)
      .map((candidate) => ({ ...candidate, value: `${scheme}${candidate.value}` }));
  if (takes.kind === 'document') return [{ value: 'file://' }];
  return names.ofKind(takes.kind, typed, cluster);
}
