import { drawTable, type Section } from './output-table-drawing.js';
import { isRow, scalar as scalarText, scalarKeys } from './output-text.js';
import { clean } from './terminal-text.js';

type Row = Record<string, unknown>;

/**
 * Boxes of any shape as `aws --output table` draws them: a titled section for each structure and each list of
 * structures, those inside it deeper. `width`: characters of a line; where the whole is wider, single rows stand
 * upright.
 */
export function formatTable(answer: unknown, title: string, width: number): string {
  const sections: Section[] = [];
  collect(answer, title, 0, sections);
  return sections.length === 0 ? '' : drawTable(sections, width);
}

/** `title` undefined: goes on in the section that there is. */
function collect(item: unknown, title: string | undefined, depth: number, sections: Section[]): void {
  if (isNothing(item)) return;
  if (title !== undefined) sections.push({ title, depth, rows: [] });
  if (isRow(item)) collectRow(item, depth, sections);
  else if (!Array.isArray(item)) addRow([scalar(item)], sections);
  else if (isRow(item.find((each) => each !== null)))
    collectRows(item.filter(isRow), title ?? '', depth, sections);
  else for (const each of item) collectItem(each, sections);
}

/** What the AWS CLI shows no section for. */
const isNothing = (item: unknown): boolean =>
  !item || (Array.isArray(item) ? item.length === 0 : isRow(item) && Object.keys(item).length === 0);

function collectItem(item: unknown, sections: Section[]): void {
  if (!Array.isArray(item)) addRow([scalar(item)], sections);
  else if (item.some((each) => typeof each === 'object' && each !== null))
    collect(item, undefined, 0, sections);
  else addRow(item.map(scalar), sections);
}

function collectRow(row: Row, depth: number, sections: Section[]): void {
  const keys = scalarKeys(row).sort();
  if (keys.length === 1) addRow([keys[0] as string, scalar(row[keys[0] as string])], sections);
  else if (keys.length > 1) addRows(keys, [row], sections);
  const inner = Object.keys(row).filter((key) => !keys.includes(key));
  for (const key of inner.sort()) collect(row[key], key, depth + 1, sections);
}

function collectRows(rows: readonly Row[], title: string, depth: number, sections: Section[]): void {
  const keys = [...new Set(rows.flatMap(scalarKeys))].sort();
  const inner = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    .filter((key) => !keys.includes(key))
    .sort();
  if (inner.length === 0) return addRows(keys, rows, sections);
  for (const [i, row] of rows.entries()) {
    if (i > 0) sections.push({ title, depth, rows: [] });
    addRows(keys, [row], sections);
    for (const key of inner) collect(row[key], key, depth + 1, sections);
  }
}

function addRows(keys: readonly string[], rows: readonly Row[], sections: Section[]): void {
  const section = sections.at(-1) as Section;
  section.header = keys;
  for (const row of rows)
    addRow(
      keys.map((key) => (key in row ? scalar(row[key]) : '')),
      sections,
    );
}

function addRow(row: readonly string[], sections: Section[]): void {
  (sections.at(-1) as Section).rows.push(row);
}

/** A cell has one line. */
const scalar = (value: unknown): string => clean(scalarText(value));
