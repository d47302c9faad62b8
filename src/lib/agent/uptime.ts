const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Most milliseconds that `Up 3 hours` and the like may mean: engines round hours, and cut the rest off (go-units). */
const longest: readonly [RegExp, (n: number) => number][] = [
  [/^Up Less than a second/, () => SECOND],
  [/^Up (\d+) seconds?/, (n) => (n + 1) * SECOND],
  [/^Up About a minute/, () => 2 * MINUTE],
  [/^Up (\d+) minutes/, (n) => (n + 1) * MINUTE],
  [/^Up About an hour/, () => 1.5 * HOUR],
  [/^Up (\d+) hours/, (n) => (n + 0.5) * HOUR],
  [/^Up (\d+) days/, (n) => (n + 1) * DAY],
  [/^Up (\d+) weeks/, (n) => (n + 1) * 7 * DAY],
  [/^Up (\d+) months/, (n) => (n + 1) * 30 * DAY],
  [/^Up (\d+) years/, (n) => (n + 1) * 365 * DAY],
];

/** Between two clocks, and two readings of one. */
const LEEWAY = 2 * SECOND;

/**
 * Whether a container that ran since `startedAt` may have been started again, by the status of a listing: an inspection
 * costs a request each, a listing one for all. True also where the status can't be read. Pure.
 */
export function mayHaveRestarted(status: string, startedAt: number, now: number): boolean {
  for (const [pattern, most] of longest) {
    const match = pattern.exec(status);
    if (match) return now - startedAt > most(Number(match[1] ?? 0)) + LEEWAY;
  }
  return true;
}
