import { clean } from './terminal-text.js';
import type { Style, Terminal } from './terminal.js';

/** One column of a table for people. */
export interface Column<Row> {
  title: string;
  of: (row: Row) => string | undefined;
  right?: boolean;
  /** May be shortened to this many characters where the terminal is narrow. Absent: never. */
  shrinksTo?: number;
  style?: (row: Row) => Style | undefined;
}

const GAP = '  ';

/** A table that fits the terminal: the widest columns that may shrink do so first. Ends with a newline. */
export function peopleTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  terminal: Terminal,
): string {
  const cells = rows.map((row) => columns.map((column) => clean(column.of(row) ?? '-')));
  const widths = fit(columns, cells, terminal.width());
  const line = (texts: readonly string[], style: (column: number) => Style | undefined) =>
    texts
      .map((text, i) =>
        styled(pad(shorten(text, widths[i] ?? 0, terminal), i, columns, widths), style(i), terminal),
      )
      .join(GAP)
      .trimEnd();
  const header = line(
    columns.map((column) => column.title.toUpperCase()),
    () => 'dim',
  );
  return [header, ...cells.map((texts, row) => line(texts, (i) => columns[i]?.style?.(rows[row] as Row)))]
    .map((text) => `${text}\n`)
    .join('');
}

function fit(columns: readonly Column<never>[], cells: readonly string[][], room: number): number[] {
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  let over = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - room;
  while (over > 0) {
    const widest = columns
      .map((column, i) => ({
        i,
        width: widths[i] ?? 0,
        least: Math.max(column.shrinksTo ?? Infinity, column.title.length),
      }))
      .filter(({ width, least }) => width > least)
      .sort((a, b) => b.width - a.width)[0];
    if (widest === undefined) break;
    widths[widest.i] = widest.width - 1;
    over--;
  }
  return widths;
}

function pad(text: string, i: number, columns: readonly Column<never>[], widths: readonly number[]): string {
  const width = widths[i] ?? 0;
  return columns[i]?.right ? text.padStart(width) : text.padEnd(width);
}

const styled = (text: string, style: Style | undefined, terminal: Terminal) =>
  style === undefined ? text : terminal.style(style, text);

/** At most `width` characters, with a sign where something is missing. */
export function shorten(text: string, width: number, terminal: Pick<Terminal, 'unicode'>): string {
  if (text.length <= width) return text;
  const sign = terminal.unicode ? '…' : '~';
  return width <= 1 ? sign.slice(0, width) : text.slice(0, width - 1) + sign;
}
