import { steering } from '../api/steering.js';
import type { Candidate } from './candidates.js';

/** What is to be completed: the words before the cursor's, the part of its word that is typed, and how to say it. */
export interface Request {
  words: string[];
  typed: string;
  /** What the shell reads, a line for each candidate. */
  render: (candidates: readonly Candidate[]) => string;
}

/**
 * What a shell's function asks for: bash with its line, the cursor's place in it, and the characters at which it breaks
 * words (`__complete bash LINE POINT BREAKS`), zsh with its width and the words (`__complete zsh 80 list-tasks --clu`),
 * fish with the words. undefined where it can't be understood.
 */
export function requestOf([shell, ...rest]: readonly string[]): Request | undefined {
  switch (shell) {
    case 'bash':
      return bashRequest(rest);
    case 'zsh':
      return { ...wordsAndTyped(rest.slice(1)), render: (found) => zshLines(found, Number(rest[0]) || 80) };
    case 'fish':
      return { ...wordsAndTyped(rest), render: fishLines };
    default:
      return undefined;
  }
}

function wordsAndTyped(words: readonly string[]): { words: string[]; typed: string } {
  // A quote that is still open comes over with its word.
  return { words: words.slice(0, -1), typed: (words.at(-1) ?? '').replace(/^["']/, '') };
}

function bashRequest([line = '', point = '', breaks = '']: readonly string[]): Request | undefined {
  // Bash counts characters (before 4.2: bytes).
  const before = [...line].slice(0, Number(point)).join('');
  const { words, quoted } = splitLine(before);
  const { words: all, typed } = wordsAndTyped(words);
  // Bash replaces only what comes after the last such character, unless the word is quoted.
  const kept = quoted
    ? 0
    : Math.max(...[...breaks, ' '].map((character) => typed.lastIndexOf(character))) + 1;
  return {
    words: all.slice(1),
    typed,
    render: (candidates) =>
      lines(candidates.map(({ value }) => (quoted ? value : value.replaceAll(' ', '\\ ')).slice(kept))),
  };
}

/**
 * A line's words as a shell sees them, of its last command; the last one is what is typed of the next word. `quoted`:
 * the cursor is between quotes.
 */
export function splitLine(line: string): { words: string[]; quoted: boolean } {
  let words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string;
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"') word += line[++i] ?? '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\') word = (word ?? '') + (line[++i] ?? '');
    else if (/[;|&\n(]/.test(character)) [words, word] = [[], undefined];
    else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  return { words: [...words, word ?? ''], quoted: quote !== '' };
}

/** `value`, a tab, and the line that is shown: values in a column, and what they are beside it. */
function zshLines(candidates: readonly Candidate[], columns: number): string {
  const width = Math.max(0, ...candidates.map(({ value }) => value.length));
  const shown = ({ value, about }: Candidate) =>
    about ? `${value.padEnd(width)}  ${plain(about)}`.slice(0, columns - 1) : value;
  return lines(candidates.map((candidate) => `${candidate.value}\t${shown(candidate)}`));
}

const fishLines = (candidates: readonly Candidate[]): string =>
  lines(candidates.map(({ value, about }) => (about ? `${value}\t${plain(about)}` : value)));

/** One line, of characters that neither steer the terminal nor turn the direction of writing. */
const plain = (text: string): string => text.replace(steering, ' ').slice(0, 120);

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
