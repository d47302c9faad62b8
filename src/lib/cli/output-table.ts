import { isRow, scalar, scalarKeys } from './output-text.js';

type Row = Record<string, unknown>;
/** A box of lines and the boxes inside it, each at its depth. */
interface Section {
  title: string;
  depth: number;
  header?: string[];
  rows: string[][];
}

/** Boxes for people in any shape, like `aws --output table`: one titled section for each list and structure. */
export function formatTable(answer: unknown, title: string): string {
  const sections: Section[] = [];
  collect(answer, title, 0, sections);
  const width = Math.max(...sections.map(sectionWidth));
  const lines = sections.flatMap((section) => drawSection(section, width));
  return lines.length === 0 ? '' : `${'-'.repeat(width + 2)}\n${lines.join('\n')}\n`;
}

function collect(item: unknown, title: string, depth: number, sections: Section[]): void {
  if (Array.isArray(item)) collectList(item, title, depth, sections);
  else if (isRow(item)) collectRow(item, title, depth, sections);
  else sections.push({ title, depth, rows: [[scalar(item)]] });
}

function collectRow(row: Row, title: string, depth: number, sections: Section[]): void {
  const keys = scalarKeys(row).sort();
  sections.push({ title, depth, rows: keys.map((key) => [key, scalar(row[key])]) });
  collectInner(row, depth, sections);
}

function collectList(items: readonly unknown[], title: string, depth: number, sections: Section[]): void {
  const rows = items.filter(isRow);
  if (items.length === 0) return;
  if (rows.length === 0) {
    sections.push({
      title,
      depth,
      rows: items.map((item) => [Array.isArray(item) ? item.map(scalar).join(', ') : scalar(item)]),
    });
    return;
  }
  const flat = rows.every((row) => scalarKeys(row).length === Object.keys(row).length);
  if (!flat) return rows.forEach((row) => collectRow(row, title, depth, sections));
  const header = [...new Set(rows.flatMap(scalarKeys))].sort();
  sections.push({
    title,
    depth,
    header,
    rows: rows.map((row) => header.map((key) => (key in row ? scalar(row[key]) : ''))),
  });
}

function collectInner(row: Row, depth: number, sections: Section[]): void {
  const inner = Object.keys(row).filter((key) => !scalarKeys(row).includes(key));
  for (const key of inner.sort()) collect(row[key], key, depth + 1, sections);
}

/** Between the outermost bars. */
function sectionWidth(section: Section): number {
  const cells = columnWidths(section).reduce((sum, width) => sum + width + 3, -1);
  return 2 * section.depth + Math.max(section.title.length + 2, cells);
}

function columnWidths({ header, rows }: Section): number[] {
  const lines = header ? [header, ...rows] : rows;
  return (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
}

function drawSection(section: Section, width: number): string[] {
  const bars = '|'.repeat(section.depth + 1);
  const inner = width - 2 * section.depth;
  const rule = `${bars}${'-'.repeat(inner)}${bars}`;
  const widths = columnWidths(section);
  const spare = inner - widths.reduce((sum, w) => sum + w + 3, -1);
  const draw = (cells: readonly string[]) => {
    const padded = cells.map(
      (cell, i) => ` ${cell.padEnd((widths[i] ?? 0) + (i === cells.length - 1 ? spare : 0))} `,
    );
    return `${bars}${padded.join('|')}${bars}`;
  };
  const title = `${bars}${centre(section.title, inner)}${bars}`;
  const body = section.rows.map(draw);
  return [
    title,
    rule,
    ...(section.header ? [draw(section.header), rule] : []),
    ...(body.length > 0 ? [...body, rule] : []),
  ];
}

function centre(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return `${' '.repeat(left)}${text}`.padEnd(width);
}
