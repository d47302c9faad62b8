import { clean } from './terminal-text.js';
import { textWidth } from './text-width.js';
import type { Style, Terminal } from './terminal.js';

/** One column of a table for people. */
export interface Column<Row> {
  title: string;
  of: (row: Row) => string | undefined;
  right?: boolean;
  /** May be shortened to this many characters before others are, where the terminal is narrow. */
  shrinksTo?: number;
  /** May be left out where it is narrower still; those of lower numbers go first. */
  leaves?: number;
  style?: (row: Row) => Style | undefined;
}

const GAP = '  ';
const NARROWEST = 4;

/**
 * A table that fits the terminal: the widest columns that may shrink do so first, then columns that can be done without
 * are left out. Ends with a newline.
 */
export function peopleTable<Row>(
  all: readonly Column<Row>[],
  rows: readonly Row[],
  terminal: Terminal,
): string {
  const columns = withRoom(
    all.map((column) => measured(column, rows)),
    terminal.width(),
  );
  const widths = fit(columns, terminal.width());
  const line = (
    cell: (column: Measured<Row>) => string,
    style: (column: Measured<Row>) => Style | undefined,
  ) =>
    columns
      .map((column, i) => {
        const width = widths[i] ?? 0;
        const text = shorten(cell(column), width, terminal);
        return styled(pad(text, width, column.right), style(column), terminal);
      })
      .join(GAP)
      .trimEnd();
  const header = line(
    ({ title }) => title.toUpperCase(),
    () => 'dim',
  );
  const body = rows.map((row, i) =>
    line(
      ({ cells }) => cells[i] ?? '',
      ({ style }) => style?.(row),
    ),
  );
  return [header, ...body].map((text) => `${text}\n`).join('');
}

/** A column with what it says, and how wide that is. */
interface Measured<Row> extends Column<Row> {
  cells: string[];
  width: number;
  /** What it may shrink to before columns are left out. */
  least: number;
}

function measured<Row>(column: Column<Row>, rows: readonly Row[]): Measured<Row> {
  const cells = rows.map((row) => clean(column.of(row) ?? '-'));
  const width = cells.reduce((most, cell) => Math.max(most, textWidth(cell)), column.title.length);
  const { shrinksTo = Infinity, title } = column;
  return { ...column, cells, width, least: Math.min(width, Math.max(shrinksTo, title.length)) };
}

/** The columns that fit beside each other, each at its least. */
function withRoom<Row>(columns: readonly Measured<Row>[], room: number): readonly Measured<Row>[] {
  const leaving = columns.filter(({ leaves }) => leaves !== undefined);
  const [first] = leaving.sort((a, b) => (a.leaves ?? 0) - (b.leaves ?? 0));
  if (first === undefined || totalWidth(columns.map(({ least }) => least)) <= room) return columns;
  return withRoom(
    columns.filter((column) => column !== first),
    room,
  );
}

/** First the columns that may shrink do, then all but the first one: a line that wraps is worse. */
function fit<Row>(columns: readonly Measured<Row>[], room: number): number[] {
  const widths = columns.map(({ width }) => width);
  shrink(
    widths,
    columns.map(({ least }) => least),
    room,
  );
  shrink(widths, [Infinity, ...columns.slice(1).map(() => NARROWEST)], room);
  return widths;
}

const totalWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);

/** Takes from the widest column, one character at a time, until all fit or none may lose more. */
function shrink(widths: number[], least: readonly number[], room: number): void {
  let over = totalWidth(widths) - room;
  for (; over > 0; over--) {
    const spare = widths.map((width, i) => (width > (least[i] ?? 0) ? width : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) === 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function pad(text: string, width: number, right = false): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
  return right ? blanks + text : text + blanks;
}

const styled = (text: string, style: Style | undefined, terminal: Terminal) =>
  style === undefined ? text : terminal.style(style, text);

/** At most so many columns of a terminal, with a sign where something is missing. */
export function shorten(text: string, width: number, terminal: Pick<Terminal, 'unicode'>): string {
  if (textWidth(text) <= width) return text;
  const sign = terminal.unicode ? '…' : '~';
  return width <= 1 ? sign.slice(0, width) : cut(text, width - 1) + sign;
}

function cut(text: string, width: number): string {
  let kept = text.slice(0, width);
  while (textWidth(kept) > width) kept = [...kept].slice(0, -1).join('');
  return kept;
}
