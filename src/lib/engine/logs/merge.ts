/** Items, and characters of their texts, that a source may be ahead of those who read it. */
const AHEAD = 1000;
const LONGEST_AHEAD = 512 * 1024;

/**
 * Several sources, each in its own order of time, as one: the earliest line first. Each is read somewhat ahead, so that
 * one that isn't long is let go of soon: a host may give a limited number of logs at once.
 */
export async function* byTime<T extends { time: number; text: string }>(
  given: readonly AsyncGenerator<T>[],
): AsyncGenerator<T> {
  const sources = given.map(readAhead);
  try {
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
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)));
  }
}

/**
 * Several sources as one, each item when it comes; no source gets further ahead than one item. More sources may join
 * while it is read. Ends when all have ended and no more join; what one throws is thrown at once.
 */
export async function* byArrival<T>(
  sources: readonly AsyncGenerator<T>[],
  joining?: AsyncIterable<AsyncGenerator<T>>,
): AsyncGenerator<T> {
  const arrived: { item: T; taken: () => void }[] = [];
  let open = 0;
  let left = false;
  let failure: { error: unknown } | undefined;
  let wake = (): void => undefined;
  const carry = async (work: () => Promise<void>): Promise<void> => {
    open += 1;
    try {
      await work();
    } catch (error) {
      failure ??= { error };
    } finally {
      open -= 1;
      wake();
    }
  };
  const pump = (source: AsyncGenerator<T>) =>
    carry(async () => {
      for await (const item of source) {
        if (left) return;
        await new Promise<void>((taken) => {
          arrived.push({ item, taken });
          wake();
        });
      }
    });
  const join = async () => {
    for await (const source of joining ?? []) {
      if (left) return;
      void pump(source);
    }
  };
  for (const source of sources) void pump(source);
  void carry(join);
  try {
    for (;;) {
      for (let next = arrived.shift(); next; next = arrived.shift()) {
        yield next.item;
        next.taken();
      }
      if (failure) throw failure.error;
      if (open === 0) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    left = true;
    for (const { taken } of arrived) taken();
  }
}

/** The same items, of which some are asked for before anybody wants them. */
function readAhead<T extends { text: string }>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  const ahead: T[] = [];
  let size = 0;
  let [done, left] = [false, false];
  let failure: { error: unknown } | undefined;
  let more = (): void => undefined;
  let room = (): void => undefined;
  const read = async (): Promise<void> => {
    try {
      for await (const item of source) {
        if (left) return;
        ahead.push(item);
        size += item.text.length;
        more();
        if (ahead.length >= AHEAD || size >= LONGEST_AHEAD)
          await new Promise<void>((resolve) => (room = resolve));
      }
    } catch (error) {
      failure = { error };
    } finally {
      done = true;
      more();
    }
  };
  void read();
  return (async function* () {
    try {
      for (;;) {
        // Taken all at once: to shift a long list costs as much as it is long.
        const items = ahead.splice(0);
        size = 0;
        room();
        yield* items;
        if (ahead.length > 0) continue;
        if (failure) throw failure.error;
        if (done) return;
        await new Promise<void>((resolve) => (more = resolve));
      }
    } finally {
      left = true;
      room();
    }
  })();
}
