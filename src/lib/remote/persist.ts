import { setTimeout as sleep } from 'node:timers/promises';

export interface Persistence {
  /** Whether trying again may help. */
  isWorthIt: (error: unknown) => boolean;
  /** Milliseconds from the first try to the beginning of the last. */
  patience: number;
  signal: AbortSignal;
  /** Before each pause. */
  onPause?: () => void;
}

/** Milliseconds between two tries: the first pause, which doubles, and the longest. */
const FIRST = 250;
const LONGEST = 5000;

/** Tries until it works, with pauses that grow. Throws what the last try threw, and the signal's reason. */
export async function persist<T>(
  attempt: () => Promise<T>,
  { isWorthIt, patience, signal, onPause }: Persistence,
): Promise<T> {
  const end = performance.now() + patience;
  for (let pause = FIRST; ; pause = Math.min(pause * 2, LONGEST)) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !isWorthIt(error) || performance.now() + pause > end) throw error;
    }
    onPause?.();
    await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
