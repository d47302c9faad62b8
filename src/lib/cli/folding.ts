import { stripVTControlCharacters } from 'node:util';
import { visibleLength, wrapped } from './people-words.js';
import type { Terminal } from './terminal.js';

/**
 * What is said on stderr: where people read it, lines wider than the terminal are broken between words, but commands in
 * them are not, since they are to be copied. The text may be coloured.
 */
export function folded(
  text: string,
  { talkToPeople, width }: Pick<Terminal, 'talkToPeople' | 'width'>,
): string {
  if (!talkToPeople) return text;
  return text
    .split('\n')
    .map((line) => fold(line, width()))
    .join('\n');
}

/** Sentences among the lines of an answer, folded where they are wider than the terminal; tables stay. */
export const withinWidth = (text: string, width: number): string =>
  text.replace(/^\S.*/gm, (line) => (/\S {2}/.test(line) ? line : fold(line, width)));

const fold = (line: string, width: number): string =>
  visibleLength(line) <= width ? line : wrapped(pieces(line), 0, width).trimEnd();

/** The words of a line; those of a command, and a flag with its value, are one. */
export function pieces(line: string): string[] {
  const words = line.split(' ');
  const plain = words.map(stripVTControlCharacters);
  const found: string[] = [];
  for (let i = 0; i < words.length;) {
    const end = endOfCommand(plain, i);
    found.push(words.slice(i, end).join(' '));
    i = end;
  }
  return found;
}

/** Where the command ends that begins at `start`; after that one word where none does. */
function endOfCommand(words: readonly string[], start: number): number {
  const [first = '', second = ''] = words.slice(start, start + 2).map(unbracketed);
  const isOther = /^(docker|ssh|sudo|npm)$/.test(first) && mayFollow(second);
  const isOurs = first === 'longshore' && mayFollow(second);
  if (!isOurs && !isOther && !isFlag(first)) return start + 1;
  const verb = isOurs && !endsClause(second) ? wordsOfVerb(second, words[start + 2]) : 1;
  let end = isOurs ? start + 1 + verb : start + 1;
  for (; end < words.length; end++) {
    const [before = '', word = '', after = ''] = words.slice(end - 1, end + 2);
    const belongs = isOther || isFlag(before) || isPipe(before) || isArgument(word) || isPipe(after);
    if (endsClause(before) || !belongs) break;
  }
  return end;
}

/** Some verbs are of two words: `wait services-stable`. */
const wordsOfVerb = (first: string, second = ''): number =>
  /^[a-z][a-z-]*\W*$/.test(second) && OF_TWO_WORDS.test(first) ? 2 : 1;

/** The folders of src/commands. */
const OF_TWO_WORDS = /^(wait|state)$/;

/** `(longshore serve …)` */
const unbracketed = (word: string): string => word.replace(/^[(`]+/, '');

/** Not as in `docker is not there`. */
const mayFollow = (word: string): boolean =>
  /^[a-z-]/.test(word) &&
  !/^(is|was|has|does|did|can|may|must|and|or|on|in|there|that|which|not|too)\b/.test(word);

const isFlag = (word: string): boolean => /^--?[a-z]/.test(word);

/** What stands in commands, but for flags' values in no sentence: flags, `web:2`, `user@host`, `HOST`, `...` */
const isArgument = (word: string): boolean =>
  isFlag(word) || isPipe(word) || /^[A-Z_]{2,}\W*$|[\w.](?:[/@:=]\w)|^\.\.\.$/.test(word);

const isPipe = (word: string): boolean => /^[<>|]+$/.test(word);

const endsClause = (word: string): boolean => /[,;:)?]$|[^.]\.$/.test(word);
