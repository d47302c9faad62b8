import { parsePortRange } from '../api/port-range.js';
import type { NetworkBinding } from '../api/types.js';
import type { TaskSpec } from './types.js';

/** The host ports of one container. A container may be called `constructor`, which every object has. */
export function bindingsOf({ bindings }: Pick<TaskSpec, 'bindings'>, container: string): NetworkBinding[] {
  return Object.hasOwn(bindings, container) ? (bindings[container] ?? []) : [];
}

/** Each port by itself, as Docker knows them: those of ranges too. */
export function singlePorts(bindings: readonly NetworkBinding[]): NetworkBinding[] {
  return bindings.flatMap((binding) => {
    const { containerPortRange, hostPortRange, ...rest } = binding;
    const [container, last] = portsOf(containerPortRange);
    const [host] = portsOf(hostPortRange);
    if (container === undefined || last === undefined || host === undefined) return [binding];
    return Array.from({ length: last - container + 1 }, (_, n) => ({
      ...rest,
      containerPort: container + n,
      hostPort: host + n,
    }));
  });
}

/** What a host shows, with the ports of ranges that were `planned` as those ranges, as ECS has them. */
export function withRanges(
  seen: readonly NetworkBinding[],
  planned: readonly NetworkBinding[],
): readonly NetworkBinding[] {
  const ranges = planned.filter(({ hostPortRange }) => hostPortRange !== undefined);
  if (ranges.length === 0) return seen;
  const isOf = (range: NetworkBinding, { hostPort, protocol, hostPortRange }: NetworkBinding) => {
    const [first = 0, last = 0] = portsOf(range.hostPortRange);
    if (hostPortRange !== undefined) return hostPortRange === range.hostPortRange;
    return protocol === range.protocol && hostPort !== undefined && hostPort >= first && hostPort <= last;
  };
  const shown = ranges.filter((range) => seen.some((binding) => isOf(range, binding)));
  return [...seen.filter((binding) => !ranges.some((range) => isOf(range, binding))), ...shown];
}

const portsOf = (range: string | undefined) => parsePortRange(range ?? '') ?? [];
