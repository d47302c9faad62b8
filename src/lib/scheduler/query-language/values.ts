/** Seconds since the epoch of a date, or of a date and time; UTC where it names no zone. undefined where it is neither. */
export function date(text: string): number | undefined {
  const [, day, time = 'T00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:(T\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  if (day === undefined || !isCalendarDay(day)) return undefined;
  const milliseconds = Date.parse(day + time + zone);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** JavaScript takes 2018-02-31 for the 3rd of March. */
function isCalendarDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

export function count(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The dotted numbers that a version begins with (`v20.10.24+dfsg1` → 20, 10, 24); undefined where there are none. */
export function version(text: string): number[] | undefined {
  return /^v?(\d+(?:\.\d+)*)/.exec(text)?.[1]?.split('.').map(Number);
}

/** Negative, 0 or positive. A part that is missing counts as 0: 1.14 equals 1.14.0. */
export function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let part = 0; part < Math.max(a.length, b.length); part++) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function compareNumbers(a: number, b: number): number {
  return a - b;
}

/** By number where both are numbers, else by code unit, as Java orders strings. */
export function compareTexts(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  return a < b ? -1 : Number(a > b);
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?$/.test(text);
}
