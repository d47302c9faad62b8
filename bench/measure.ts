import { performance } from 'node:perf_hooks';

/** Something that is timed: `prepare` and `clean` are not counted. */
export interface Contestant {
  name: string;
  prepare?: () => Promise<void>;
  run: () => Promise<void>;
  clean?: () => Promise<void>;
}

/**
 * Lets the contestants take turns, so that a busy machine troubles all alike, after one round that doesn't count.
 * Returns the median time of each in milliseconds, in their order.
 */
export async function takeTurns(contestants: readonly Contestant[], rounds: number): Promise<number[]> {
  const times = contestants.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, { prepare, run, clean }] of contestants.entries()) {
      await prepare?.();
      const began = performance.now();
      await run();
      const took = performance.now() - began;
      await clean?.();
      if (round >= 0) times[i]?.push(took);
    }
  }
  return times.map(median);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** One line: the ratio of ours to the rival's, and whether it keeps its bound. */
export function verdict(
  what: string,
  ours: number,
  rival: { name: string; time: number },
  most: number,
): string {
  const ratio = ours / rival.time;
  const kept = ratio <= most ? 'ok' : 'TOO SLOW';
  return `${what}: ${ours.toFixed(0)} ms = ${ratio.toFixed(2)} x ${rival.name} (${rival.time.toFixed(0)} ms); ${kept}, at most ${most}`;
}
