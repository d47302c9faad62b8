/**
 * The result, or the signal's reason if that comes first: the work then goes on by itself, and what becomes of it is
 * nobody's concern any more.
 */
export function unlessAborted<T>(signal: AbortSignal | undefined, working: Promise<T>): Promise<T> {
  if (signal === undefined) return working;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    working.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
