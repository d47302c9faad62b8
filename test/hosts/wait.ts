import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ask again every 25 ms until the answer is true.
 * @throws Error with `what` when it isn't within `timeoutMs`; what the last question threw is its cause.
 */
export async function waitUntil(
  what: string,
  timeoutMs: number,
  ask: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      if (await ask()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }

    if (Date.now() > deadline)
      throw new Error(`${what} did not happen within ${timeoutMs / 1000} s.`, { cause });
    await sleep(25);
  }
}
