import type { FlagGrammar, Flags, Grammar } from './grammar.js';

/** Where in a command line the next word stands. */
export type Place =
  /** A verb, or the second word of one (`state` …). */
  | { at: 'verb'; group?: string }
  | { at: 'help' }
  /** A flag's value, or with `--name=` what follows it. */
  | { at: 'value'; verb: string | undefined; flag: FlagGrammar; taken: string[]; given: Given }
  | { at: 'flag'; verb: string; given: Given }
  /** A container's own command, or a verb that there is not. */
  | { at: 'nowhere' };

/** The words of each flag so far, by its full name. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** Where the word after these stands. */
export function placeAfter(words: readonly string[], grammar: Grammar): Place {
  const { verb, group, rest } = findVerb(words, grammar);
  if (group !== undefined) return { at: 'verb', group };
  if (verb === undefined && rest[0] === 'help') return { at: 'help' };
  if (rest.includes('--')) return { at: 'nowhere' };
  const flags = flagsOf(verb, grammar);
  const { given, open } = readFlags(rest, flags);
  if (open !== undefined) {
    const taken = [...(given.get(open) ?? [])];
    return { at: 'value', verb, flag: flags[open] as FlagGrammar, taken, given };
  }
  if (verb !== undefined) return { at: 'flag', verb, given };
  return rest.some((word) => !word.startsWith('-')) && given.size === 0 ? { at: 'nowhere' } : { at: 'verb' };
}

/** A verb's own flags come first, and go before global ones of the same name. */
export function flagsOf(verb: string | undefined, { verbs, globals }: Grammar): Flags {
  const own = verb === undefined ? {} : verbs[verb]?.flags;
  return { ...own, ...globals, ...own };
}

/** The flag of a name or of an unambiguous beginning of one, as the parser takes it. */
function flagNamed(typed: string, flags: Flags): string | undefined {
  const name = typed.slice(2);
  if (name in flags) return name;
  const positive = name.replace(/^no-/, '');
  if (flags[positive]?.negatable) return positive;
  const begun = Object.keys(flags).filter((flag) => flag.startsWith(name) && !flags[flag]?.hidden);
  return begun.length === 1 ? begun[0] : undefined;
}

/** The verb, which global flags may precede, and the words after it; a group where only its first word is there. */
function findVerb(
  words: readonly string[],
  { verbs, globals }: Grammar,
): { verb?: string; group?: string; rest: readonly string[] } {
  let at = 0;
  while (words[at]?.startsWith('--') && words[at] !== '--') {
    const takes = globals[(words[at] as string).slice(2)]?.takes !== undefined;
    at += takes ? 2 : 1;
  }
  const [first, second] = words.slice(at);
  if (first === undefined) return { rest: words };
  if (second !== undefined && `${first} ${second}` in verbs)
    return { verb: `${first} ${second}`, rest: words.slice(at + 2) };
  if (first in verbs) return { verb: first, rest: words.slice(at + 1) };
  const isGroup = second === undefined && Object.keys(verbs).some((verb) => verb.startsWith(`${first} `));
  return isGroup ? { group: first, rest: [] } : { rest: words.slice(at) };
}

/** What flags were given so far, and which of them still takes words. */
function readFlags(
  words: readonly string[],
  flags: Flags,
): { given: Map<string, string[]>; open: string | undefined } {
  const given = new Map<string, string[]>();
  let open: string | undefined;
  for (const word of words) {
    const isFlag = /^--[a-z]/.test(word);
    if (!isFlag) {
      if (open === undefined) continue;
      given.get(open)?.push(word);
      if (!flags[open]?.many) open = undefined;
      continue;
    }
    const [typed = '', ...attached] = word.split('=');
    const name = flagNamed(typed, flags);
    if (name !== undefined) given.set(name, attached.length > 0 ? [attached.join('=')] : []);
    const isNegated = name !== undefined && typed === `--no-${name}`;
    const takesMore = attached.length === 0 && !isNegated && name !== undefined && flags[name]?.takes;
    open = takesMore ? name : undefined;
  }
  return { given, open };
}
