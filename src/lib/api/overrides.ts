import { EcsError } from './errors.js';
import { shorten } from './shorten.js';
import { parseTaskCpu, parseTaskMemory } from './task-size.js';
import type { TaskOverride } from './types.js';

/**
 * A task's overrides with `cpu` and `memory` as numbers in strings, as a definition has them once it is registered.
 * Throws InvalidParameterException where they can't be read.
 */
export function normaliseOverrides(overrides: TaskOverride): TaskOverride {
  const { cpu, memory } = overrides;
  return {
    ...overrides,
    ...(cpu && { cpu: size('cpu', cpu, parseTaskCpu(cpu), '256 or .25 vCPU') }),
    ...(memory && { memory: size('memory', memory, parseTaskMemory(memory), '512 or 0.5 GB') }),
  };
}

function size(member: string, given: string, value: number | undefined, example: string): string {
  if (value !== undefined) return String(value);
  const message = `overrides.${member} is "${shorten(given)}"; it takes a size such as ${example}.`;
  throw new EcsError('InvalidParameterException', message);
}
