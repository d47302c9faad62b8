import { numberOf, objectOf, partOf, textOf } from './answer-fields.js';
import type { ContainerStats } from './container-types.js';
import { parseTime } from './docker-shapes.js';

/**
 * What an engine counts of a container; undefined where it doesn't run. Memory as `docker stats` counts it: without what
 * only caches files and can go (`inactive_file` with cgroups of version 2, `total_inactive_file` before).
 */
export function statsOf(answer: unknown): ContainerStats | undefined {
  const fields = objectOf(answer, 'stats');
  const readAt = parseTime(textOf(fields, 'read'));
  // An engine stamps those of a container that doesn't run with the year 1.
  if (readAt === undefined || readAt <= 0) return undefined;
  const cpu = partOf(partOf(fields, 'cpu_stats'), 'cpu_usage');
  const memory = partOf(fields, 'memory_stats');
  const detail = partOf(memory, 'stats');
  const cache = numberOf(detail, 'total_inactive_file') || numberOf(detail, 'inactive_file');
  const usage = numberOf(memory, 'usage');
  return {
    readAt,
    cpuNanoseconds: numberOf(cpu, 'total_usage'),
    memoryBytes: cache < usage ? usage - cache : usage,
  };
}
