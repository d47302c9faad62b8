import { describe, expect, it, vi } from 'vitest';
import { Slots, TimeLimit } from '../../../src/lib/hosts/time-limit.js';

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('TimeLimit', () => {
  it('is over when its time is, and not when cleared', async () => {
    const [over, cleared] = [vi.fn(), vi.fn()];
    new TimeLimit(0.02, over);
    new TimeLimit(0.02, cleared).clear();
    await sleep(60);
    expect(over).toHaveBeenCalledTimes(1);
    expect(cleared).not.toHaveBeenCalled();
  });

  it('stands still while a person is asked, also twice at a time', async () => {
    const over = vi.fn();
    const limit = new TimeLimit(0.2, over);
    await Promise.all([limit.paused(() => sleep(250)), limit.paused(() => sleep(300))]);
    expect(over).not.toHaveBeenCalled();
    expect(limit.left).toBeGreaterThan(20);
    await vi.waitFor(() => expect(over).toHaveBeenCalledTimes(1));
  });

  it('stays cleared after a pause', async () => {
    const over = vi.fn();
    const limit = new TimeLimit(0.02, over);
    await limit.paused(async () => limit.clear());
    await sleep(60);
    expect(over).not.toHaveBeenCalled();
  });
});

describe('Slots', () => {
  it('lets so many through at once, in order, also after failures', async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    let inside = 0;
    const work = (n: number) =>
      slots.use(async () => {
        expect(++inside).toBeLessThanOrEqual(2);
        order.push(n);
        await sleep(5);
        inside--;
        if (n % 2 === 0) throw new Error('even');
      });
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(work));
    expect(order).toEqual([1, 2, 3, 4, 5, 6]);
    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(3);
  });

  it('frees a place once, however often it is left', async () => {
    const slots = new Slots(1);
    const leave = await slots.take();
    leave();
    leave();
    const second = await slots.take();
    let third = false;
    void slots.take().then(() => (third = true));
    await sleep(5);
    expect(third).toBe(false);
    second();
    await sleep(5);
    expect(third).toBe(true);
  });
});
