/**
 * Tab-separated lines as `aws --output text` writes them: a structure's scalars on one line in the order of their
 * names, after the name of the member that holds it in capitals; members that are lists or structures on lines of
 * their own. In a list of structures every line has the same columns.
 */
export function formatText(answer: unknown): string {
  const lines: string[][] = [];
  write(answer, undefined, lines);
  return lines.map((line) => `${line.join('\t')}\n`).join('');
}

type Row = Record<string, unknown>;

function write(
  item: unknown,
  title: string | undefined,
  lines: string[][],
  columns?: readonly string[],
): void {
  if (Array.isArray(item)) writeList(item, title, lines);
  else if (isRow(item)) writeRow(item, title, lines, columns);
  else lines.push([scalar(item)]);
}

function writeList(items: readonly unknown[], title: string | undefined, lines: string[][]): void {
  const rows = items.filter(isRow);
  if (rows.length > 0) {
    const columns = [...new Set(rows.flatMap(scalarKeys))].sort();
    for (const item of items) write(item, title, lines, columns);
    return;
  }
  const scalars = items.filter((item) => !Array.isArray(item));
  if (scalars.length > 0) writeScalars(scalars, title, lines);
  for (const inner of items.filter(Array.isArray)) write(inner, title, lines);
}

function writeScalars(items: readonly unknown[], title: string | undefined, lines: string[][]): void {
  if (title === undefined) lines.push(items.map(scalar));
  else for (const item of items) lines.push([title.toUpperCase(), scalar(item)]);
}

function writeRow(row: Row, title: string | undefined, lines: string[][], columns?: readonly string[]): void {
  const shown = (columns ?? scalarKeys(row).sort()).map((key) =>
    scalar(row[key] ?? (key in row ? null : '')),
  );
  if (shown.length > 0) lines.push(title === undefined ? shown : [title.toUpperCase(), ...shown]);
  const rest = Object.keys(row).filter((key) => !(columns ?? scalarKeys(row)).includes(key));
  for (const key of rest.sort()) write(row[key], key, lines);
}

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const scalarKeys = (row: Row): string[] =>
  Object.keys(row).filter((key) => typeof row[key] !== 'object' || row[key] === null);

/** Python's words, which scripts compare with. */
export function scalar(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  return value === null || value === undefined ? 'None' : String(value);
}
