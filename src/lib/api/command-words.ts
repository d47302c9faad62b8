import { EcsError } from './errors.js';
import { shellQuote } from './shell-quote.js';

/**
 * A command's words, taken apart as a POSIX shell does: quotes and backslashes are understood, nothing else is (no
 * variables, no patterns), as the agent behind ECS Exec does it. Throws InvalidParameterException where a quote is left
 * open.
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  const pattern = /[ \t\r\n]+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^ \t\r\n'"\\]+)|([^])/g;
  let word: string | undefined;
  for (const [part, single, double, escaped, plain, stray] of text.matchAll(pattern)) {
    if (stray !== undefined) throw unfinished(stray);
    if (part === '\\\n') continue;
    const piece = single ?? escaped ?? plain ?? double?.replace(/\\(["\\$`\n])/g, unescape);
    if (piece !== undefined) word = (word ?? '') + piece;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** One text that `splitCommand`, and any POSIX shell, takes apart into these words. */
export function joinCommand(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuote(word))).join(' ');
}

const unescape = (_: string, character: string): string => (character === '\n' ? '' : character);

function unfinished(mark: string): EcsError {
  const what = mark === '\\' ? 'ends with a backslash' : `has a ${mark} without its end`;
  return new EcsError(
    'InvalidParameterException',
    `The command ${what}.`,
    `Write '\\${mark}' for the character itself`,
  );
}
