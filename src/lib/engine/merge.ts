/** Several sources, each in its own order of time, as one: the earliest line first. */
export async function* byTime<T extends { time: number }>(
  sources: readonly AsyncGenerator<T>[],
): AsyncGenerator<T> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, next: await source.next() })));
  for (;;) {
    let first: { source: AsyncGenerator<T>; value: T; index: number } | undefined;
    for (const [index, { source, next }] of heads.entries()) {
      if (next.done) continue;
      if (first === undefined || next.value.time < first.value.time)
        first = { source, value: next.value, index };
    }
    if (first === undefined) return;
    yield first.value;
    heads[first.index] = { source: first.source, next: await first.source.next() };
  }
}

/** Several sources as one, each item when it comes. Ends when all have ended. */
export async function* byArrival<T>(sources: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  const waiting = new Map(sources.map((source, i) => [i, next(source, i)]));
  while (waiting.size > 0) {
    const { index, result } = await Promise.race(waiting.values());
    const source = sources[index];
    if (result.done || source === undefined) waiting.delete(index);
    else {
      waiting.set(index, next(source, index));
      yield result.value;
    }
  }
}

const next = async <T>(source: AsyncGenerator<T>, index: number) => ({ index, result: await source.next() });
