import { textWidth } from './text-width.js';

/** One box: a title, perhaps a line of column titles, and rows. */
export interface Section {
  title: string;
  /** How many boxes it is inside of. */
  depth: number;
  header?: readonly string[];
  rows: (readonly string[])[];
}

/** Spaces around a cell's text. */
const PADDING = 4;

/** Draws boxes below each other, as wide as the widest; if that is too wide, single rows are turned upright first. */
export function drawTable(sections: readonly Section[], room: number): string {
  const shown = totalWidth(sections) > room ? sections.map(upright) : sections;
  const width = totalWidth(shown);
  const lines = shown.flatMap((section) => drawSection(section, width - 2 * section.depth));
  return ['-'.repeat(width), ...lines].map((line) => `${line}\n`).join('');
}

const totalWidth = (sections: readonly Section[]): number => Math.max(...sections.map(sectionWidth));

function sectionWidth(section: Section): number {
  const cells = columnWidths(section).reduce((sum, width) => sum + width + PADDING, 0);
  return 2 + 2 * section.depth + Math.max(textWidth(section.title), cells);
}

function columnWidths({ header, rows }: Section): number[] {
  const lines = header ? [header, ...rows] : rows;
  const columns = Math.max(0, ...lines.map((line) => line.length));
  return Array.from({ length: columns }, (_, i) =>
    Math.max(...lines.map((line) => textWidth(line[i] ?? ''))),
  );
}

/** A single row as lines of column title and value. */
function upright(section: Section): Section {
  const [row, ...more] = section.rows;
  if (!section.header || !row || more.length > 0) return section;
  const { title, depth, header } = section;
  return { title, depth, rows: header.map((name, i) => [name, row[i] ?? '']) };
}

function drawSection(section: Section, width: number): string[] {
  const widths = scaled(columnWidths(section), width);
  const rule = `+${widths.map((each, i) => '-'.repeat(each - (i === 0 ? 2 : 1))).join('+')}+`;
  const { title, header, rows } = section;
  const lines = [
    ...(title === '' ? [] : [centred(title, width, '|')]),
    ...(header
      ? [rule, header.map((cell, i) => centred(cell, widths[i] ?? 0, i === 0 ? '|' : '')).join('')]
      : []),
    ...(rows.length > 0 ? [rule, ...rows.map((row) => drawRow(row, widths)), rule] : []),
    ...(!header && rows.length === 0 ? [`+${'-'.repeat(width - 2)}+`] : []),
  ];
  const bars = '|'.repeat(section.depth);
  return lines.map((line) => `${bars}${line}${bars}`);
}

function drawRow(row: readonly string[], widths: readonly number[]): string {
  return widths
    .map((width, i) => {
      const edge = i === 0 ? '|' : '';
      const text = row[i] ?? '';
      const padding = textWidth(text) + 2 + edge.length + 1 <= width ? '  ' : '';
      return `${padEnd(`${edge}${padding}${text}`, width - 1)}|`;
    })
    .join('');
}

function centred(text: string, width: number, edge: string): string {
  const before = Math.floor(width / 2) - Math.floor(textWidth(text) / 2) - 1;
  return `${padEnd(`${edge}${' '.repeat(Math.max(0, before))}${text}`, width - 1)}|`;
}

const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - textWidth(text)));

/** Column widths in proportion, so that they fill the box; what rounding leaves over goes to the outer columns. */
function scaled(natural: readonly number[], width: number): number[] {
  if (natural.length === 0) return [];
  const padded = natural.map((each) => each + PADDING);
  const factor = width / padded.reduce((sum, each) => sum + each, 0);
  const widths = padded.map((each) => roundHalfEven(factor * each));
  let over = widths.reduce((sum, each) => sum + each, 0) - width;
  for (let i = 0; over > 0; over--, i = (i + 1) % widths.length) widths[i] = (widths[i] ?? 0) - 1;
  for (let i = widths.length - 1; over < 0; over++, i = (i || widths.length) - 1)
    widths[i] = (widths[i] ?? 0) + 1;
  return widths;
}

/** As Python rounds. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
