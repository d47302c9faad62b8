import { shorten } from './people-table.js';
import { clean } from './terminal-text.js';
import { wrapped } from './people-words.js';
import type { Terminal } from './terminal.js';

/** One thing in detail for people: `label  value` lines; those without a value are left out. Ends with a newline. */
export function sheet(
  fields: readonly (readonly [label: string, value: string | undefined])[],
  terminal: Terminal,
): string {
  const shown = fields.filter(
    (field): field is readonly [string, string] => field[1] !== undefined && field[1] !== '',
  );
  const width = Math.max(0, ...shown.map(([label]) => label.length));
  return shown
    .map(([label, value]) => {
      const room = terminal.width() - 2 - (width + 2);
      const words = clean(value)
        .split(' ')
        .flatMap((word) => broken(word, room));
      const text = wrapped(words, width + 2, terminal.width() - 2);
      return terminal.style('dim', label.padEnd(width)) + text.slice(width);
    })
    .join('');
}

/** A word that no line has room for, in pieces, as a terminal would break it: but below the value, not below the label. */
function broken(word: string, room: number): string[] {
  const most = Math.max(room, 20);
  if (word.length <= most) return [word];
  return word.match(new RegExp(`.{1,${most}}`, 'gu')) ?? [word];
}

/** A heading of its own line. */
export const heading = (text: string, terminal: Terminal): string =>
  `${terminal.style('bold', shorten(clean(text), terminal.width(), terminal))}\n`;

/** Indents each line of a text. */
export const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');
