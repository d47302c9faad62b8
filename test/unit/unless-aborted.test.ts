import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { unlessAborted } from '../../src/lib/unless-aborted.js';

describe('unlessAborted', () => {
  it('gives what comes first', async () => {
    expect(await unlessAborted(new AbortController().signal, Promise.resolve(1))).toBe(1);
    const abort = new AbortController();
    const waiting = unlessAborted(abort.signal, sleep(10_000));
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(unlessAborted(abort.signal, Promise.reject(new Error('late')))).rejects.toThrow('enough');
  });
});
