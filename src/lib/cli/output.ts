import { formatText } from './output-text.js';
import { formatTable } from './output-table.js';

export const OUTPUT_FORMATS = ['json', 'yaml', 'text', 'table'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** An answer in ECS's shape as text, in the forms of the AWS CLI v2. Ends with a newline, or is empty. */
export async function formatOutput(answer: object, format: OutputFormat, operation: string): Promise<string> {
  const plain = withTimestamps(answer) as Record<string, unknown>;
  switch (format) {
    case 'json':
      return `${JSON.stringify(plain, undefined, 4)}\n`;
    case 'yaml':
      return (await import('yaml')).stringify(plain, { lineWidth: 0 });
    case 'text':
      return formatText(plain);
    case 'table':
      return formatTable(plain, operation);
  }
}

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
