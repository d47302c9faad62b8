import { ecsArchitecture } from '../../hosts/probe.js';
import type { Check } from './check.js';
import { engineChecks } from './checks/engine.js';
import { machineChecks } from './checks/machine.js';
import { placeChecks } from './checks/place.js';
import { resourceChecks } from './checks/resources.js';
import { wayChecks } from './checks/way.js';
import type { HostFacts } from './facts.js';
import type { MachineFacts } from './machine.js';

/** Every check of a host, in the order in which one thing needs the other. A new check is one more function here. */
const hostChecks: readonly ((facts: HostFacts) => Check | Check[] | undefined)[] = [
  ...wayChecks,
  ...engineChecks,
  ...resourceChecks,
  ...placeChecks,
];

/** Pure. A check that there is nothing to go by for is left out. */
export function examineHost(facts: HostFacts): Check[] {
  return hostChecks.flatMap((check) => check(facts) ?? []);
}

/** Pure. */
export function examineMachine(facts: MachineFacts): Check[] {
  return machineChecks.flatMap((check) => check(facts));
}

/** Facts of hosts of one cluster, each with what the others are. */
export function asNeighbours(all: readonly HostFacts[]): HostFacts[] {
  const architectures = new Map<string, number>();
  for (const { info } of all) {
    if (info === undefined) continue;
    const name = ecsArchitecture(info.architecture);
    architectures.set(name, (architectures.get(name) ?? 0) + 1);
  }
  return all.map((facts) => ({ ...facts, architectures }));
}
