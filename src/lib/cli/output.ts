import { formatText } from './output-text.js';
import type { Query } from './query.js';

export const OUTPUT_FORMATS = ['json', 'yaml', 'yaml-stream', 'text', 'table'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface OutputRequest {
  format: OutputFormat;
  /** The ECS operation, which a table is titled with. */
  operation: string;
  /** What to show of the answer. */
  query?: Query;
  /** Characters in a line: wider tables stand upright. */
  width: number;
}

/**
 * An answer in ECS's shape as text, in the forms of the AWS CLI v2. Ends with a newline, or is empty where there is
 * nothing to say. Throws QueryError.
 */
export async function formatOutput(
  answer: object,
  { format, operation, query, width }: OutputRequest,
): Promise<string> {
  const plain = withTimestamps(answer);
  const shown = query ? query(plain) : plain;
  if (isEmptyObject(shown)) return '';
  switch (format) {
    case 'json':
      return `${JSON.stringify(shown, undefined, 4)}\n`;
    case 'yaml':
      return (await import('./output-yaml.js')).formatYaml(shown);
    case 'yaml-stream':
      return (await import('./output-yaml.js')).formatYaml([shown]);
    case 'text':
      return query ? formatText(shown) : tokenLast(shown as Record<string, unknown>);
    case 'table':
      return (await import('./output-table.js')).formatTable(shown, operation, width);
  }
}

/** Where pages go on stands in a line of its own below them. */
function tokenLast({ NextToken, ...rest }: Record<string, unknown>): string {
  return formatText(rest) + (NextToken === undefined ? '' : formatText({ NextToken: { NextToken } }));
}

/**
 * One item of an answer that comes bit by bit: a JSON value or tab-separated text on a line of its own, or an item of a
 * YAML list. Throws QueryError.
 */
export async function formatItem(
  item: object,
  { format, query }: { format: Exclude<OutputFormat, 'table'>; query?: Query },
): Promise<string> {
  const shown = query ? query(item) : item;
  if (format === 'json') return `${JSON.stringify(shown)}\n`;
  return format === 'text' ? formatText(shown) : (await import('./output-yaml.js')).formatYaml([shown]);
}

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/** Dates as texts, and no members without a value: nothing that a format could word differently. */
function withTimestamps(value: unknown): unknown {
  if (value instanceof Date) return isoTimestamp(value);
  if (Array.isArray(value)) return value.map(withTimestamps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, withTimestamps(member)]),
  );
}

/** As the AWS CLI v2 writes it: local time with its offset, microseconds unless they are 0. */
export function isoTimestamp(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString();
  const milliseconds = local.slice(20, 23);
  const sign = offset < 0 ? '-' : '+';
  const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${local.slice(0, 19)}${milliseconds === '000' ? '' : `.${milliseconds}000`}${sign}${two(offset / 60)}:${two(offset % 60)}`;
}
