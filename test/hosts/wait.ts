import { setTimeout as sleep } from 'node:timers/promises';

/**
 * By how much all time limits are longer, where a machine is slow: one without virtualization in hardware emulates every
 * instruction of a virtual one.
 */
export const patience = Number(process.env.LONGSHORE_TEST_PATIENCE ?? 1);

/**
 * Ask again every 25 ms until the answer is true.
 * @throws Error with `what` when it isn't within `timeoutMs`, times `patience`; what the last question threw is its cause.
 */
export async function waitUntil(
  what: string,
  timeoutMs: number,
  ask: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs * patience;
  let cause: unknown;
  for (;;) {
    try {
      if (await ask()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }

    if (Date.now() > deadline)
      throw new Error(`${what} did not happen within ${(timeoutMs * patience) / 1000} s.`, { cause });
    await sleep(25);
  }
}
