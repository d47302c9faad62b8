import pLimit from 'p-limit';

/** The turns of an instance, by its id: work begins when there is one, and gives it back when it ends. */
export type StartTurns = (instance: string) => <T>(work: () => Promise<T>) => Promise<T>;

/** `perHost` tasks start at once on a host, in the order in which they asked. */
export function openStartTurns(perHost: number): StartTurns {
  const limits = new Map<string, ReturnType<typeof pLimit>>();
  return (instance) => {
    const limit = limits.get(instance) ?? pLimit(perHost);
    limits.set(instance, limit);
    return (work) => limit(work);
  };
}
