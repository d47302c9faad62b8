/** Work that waits for its turn at each of the things that it wants alone. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  async take<T>(things: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = things.map((thing) => this.last.get(thing));
    const done = Promise.all(before).then(work);
    for (const thing of things)
      this.last.set(
        thing,
        done.catch(() => undefined),
      );
    return done;
  }
}
