import { stripVTControlCharacters } from 'node:util';

/** The last part of an ARN: a name or an id. */
export const nameOf = (arn: string | undefined): string => arn?.slice(arn.lastIndexOf('/') + 1) ?? '';

/**
 * How long ago, or how long: `94s`, `2m5s`, `12m`, `5h20m`, `30h`, `2d3h`, `12d`, as kubectl writes it. A second unit
 * stands where the first alone would say too little.
 */
export function age(since: Date | undefined, now: number): string | undefined {
  if (since === undefined) return undefined;
  const seconds = Math.max(0, Math.round((now - since.getTime()) / 1000));
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 10 * MINUTE) return inTwo(seconds, MINUTE, 'm', 1, 's');
  if (seconds < 3 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 8 * HOUR) return inTwo(seconds, HOUR, 'h', MINUTE, 'm');
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  if (seconds < 8 * DAY) return inTwo(seconds, DAY, 'd', HOUR, 'h');
  return `${Math.floor(seconds / DAY)}d`;
}

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/** `2m5s`; `2m` where nothing of the smaller unit is left. */
function inTwo(seconds: number, first: number, name: string, second: number, other: string): string {
  const rest = Math.floor((seconds % first) / second);
  return `${Math.floor(seconds / first)}${name}${rest === 0 ? '' : `${rest}${other}`}`;
}

/** `2026-11-21 05:46:00 (3m20s ago)` in local time. */
export function moment(date: Date | undefined, now: number): string | undefined {
  if (date === undefined) return undefined;
  return `${localTime(date)} (${age(date, now)} ago)`;
}

/** `2026-11-21 05:46:00` in local time. */
export const localTime = (date: Date): string => local(date).slice(0, 19).replace('T', ' ');

/** `05:46:00` in local time. `at` in epoch milliseconds. */
export const clockTime = (at: number): string => local(new Date(at)).slice(11, 19);

/** As toISOString, in local time. */
const local = (date: Date): string =>
  new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();

/** `env=prod team` of tags, attributes or settings. */
export const pairsText = (pairs: readonly { key?: string; name?: string; value?: string }[]): string =>
  pairs.map(({ key, name = key ?? '', value }) => (value ? `${name}=${value}` : name)).join(' ');

/** `512 B`, `1.2 MB` in powers of 1000, as Docker counts. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; n >= 1000 && unit < units.length - 1; unit++) n /= 1000;
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

/** Without colours. */
export const visibleLength = (text: string): number => stripVTControlCharacters(text).length;

/**
 * Words, of a text or as they are given, in lines of at most `width` characters, each begun with `indent` spaces
 * (`hanging` from the second on).
 */
export function wrapped(
  text: string | readonly string[],
  indent: number,
  width: number,
  hanging = indent,
): string {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  for (const word of typeof text === 'string' ? text.split(' ') : text) {
    const fits = line.trim() === '' || visibleLength(line) + 1 + visibleLength(word) <= width;
    if (!fits) {
      lines.push(line);
      line = ' '.repeat(hanging);
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line].map((each) => `${each}\n`).join('');
}
