/**
 * CPU units of a task's `cpu`: `512`, `1 vCPU`, `.5 vcpu` (ECS turns vCPUs into units when a definition is
 * registered). undefined where it is neither.
 */
export function parseTaskCpu(text: string): number | undefined {
  return scaled(text, /^(\d+|\d*\.\d+|\d+\.)\s*vcpu$/i, 1024);
}

/** MiB of a task's `memory`: `512`, `1GB`, `0.5 GB`. undefined where it is neither. */
export function parseTaskMemory(text: string): number | undefined {
  return scaled(text, /^(\d+|\d*\.\d+|\d+\.)\s*gb$/i, 1024);
}

function scaled(text: string, withUnit: RegExp, factor: number): number | undefined {
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed);
  const amount = withUnit.exec(trimmed)?.[1];
  const value = amount === undefined ? NaN : Number(amount) * factor;
  return Number.isInteger(value) && value < 1e9 ? value : undefined;
}
