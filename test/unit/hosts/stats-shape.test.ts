import { describe, expect, it } from 'vitest';
import { statsOf } from '../../../src/lib/hosts/stats-shape.js';

const answer = (memory: object, more: object = {}) => ({
  read: '2026-01-02T03:04:05.5Z',
  cpu_stats: { cpu_usage: { total_usage: 7_000_000 }, online_cpus: 2 },
  memory_stats: memory,
  ...more,
});
const readAt = Date.UTC(2026, 0, 2, 3, 4, 5, 500);

describe('statsOf', () => {
  it('counts memory without what caches files and can go, with cgroups of either version', () => {
    const figures = { readAt, cpuNanoseconds: 7_000_000, memoryBytes: 700 };
    expect(statsOf(answer({ usage: 1000, stats: { inactive_file: 300, active_file: 1 } }))).toEqual(figures);
    // Version 1 has both: that of the container alone, and that with what is below it.
    const first = { inactive_file: 1, total_inactive_file: 300 };
    expect(statsOf(answer({ usage: 1000, stats: first }))).toEqual(figures);
  });

  it('never counts less than nothing', () => {
    expect(statsOf(answer({ usage: 100, stats: { inactive_file: 300 } }))?.memoryBytes).toBe(100);
    expect(statsOf(answer({}))?.memoryBytes).toBe(0);
    expect(statsOf({ read: '2026-01-02T03:04:05.5Z' })).toEqual({
      readAt,
      cpuNanoseconds: 0,
      memoryBytes: 0,
    });
  });

  it('knows a container that does not run by its time', () => {
    expect(statsOf(answer({}, { read: '0001-01-01T00:00:00Z' }))).toBeUndefined();
    expect(statsOf(answer({}, { read: undefined }))).toBeUndefined();
  });

  it.each([
    ['no object', []],
    ['a number that is none', answer({ usage: '1000' })],
    ['a list in place of an object', answer({}, { cpu_stats: [] })],
    ['a time that is none', answer({}, { read: 5 })],
  ])('takes %s for no answer', (_, nonsense) => {
    expect(() => statsOf(nonsense)).toThrow(/is no/);
  });
});
