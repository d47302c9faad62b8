import type { Ulimit } from '../../src/lib/api/types.js';

/** Soft and hard limits below those that engines have, and what Linux calls them. */
export const ulimits = {
  core: [1, 2, 'core file size'],
  cpu: [100, 200, 'cpu time'],
  data: [100_000_000, 200_000_000, 'data size'],
  fsize: [111_111, 222_222, 'file size'],
  locks: [11, 22, 'file locks'],
  memlock: [4096, 8192, 'locked memory'],
  msgqueue: [100, 200, 'msgqueue size'],
  nofile: [111, 222, 'open files'],
  nproc: [1111, 2222, 'processes'],
  rss: [1_111_111, 2_222_222, 'resident set'],
  rttime: [1_000_000, 2_000_000, 'realtime timeout'],
  sigpending: [11, 22, 'pending signals'],
  stack: [1_048_576, 2_097_152, 'stack size'],
} as const;

export const limit = (name: string, softLimit: number, hardLimit: number) =>
  ({ name, softLimit, hardLimit }) as Ulimit;
