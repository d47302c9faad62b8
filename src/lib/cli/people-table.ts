import { clean } from './terminal-text.js';
import type { Style, Terminal } from './terminal.js';

/** One column of a table for people. */
export interface Column<Row> {
  title: string;
  of: (row: Row) => string | undefined;
  right?: boolean;
  /** May be shortened to this many characters before others are, where the terminal is narrow. */
  shrinksTo?: number;
  style?: (row: Row) => Style | undefined;
}

const GAP = '  ';
const NARROWEST = 4;

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
    columns.map(({ title }) => title.toUpperCase()),
    () => 'dim',
  );
  return [header, ...cells.map((texts, row) => line(texts, (i) => columns[i]?.style?.(rows[row] as Row)))]
    .map((text) => `${text}\n`)
    .join('');
}

/** First the columns that may shrink do, then all but the first one: a line that wraps is worse. */
function fit(columns: readonly Column<never>[], cells: readonly string[][], room: number): number[] {
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const wanted = columns.map((column) => Math.max(column.shrinksTo ?? Infinity, column.title.length));
  shrink(widths, wanted, room);
  shrink(widths, [Infinity, ...columns.slice(1).map(() => NARROWEST)], room);
  return widths;
}

/** Takes from the widest column, one character at a time, until all fit or none may lose more. */
function shrink(widths: number[], least: readonly number[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - room;
  for (; over > 0; over--) {
    const spare = widths.map((width, i) => (width > (least[i] ?? 0) ? width : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) === 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
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
