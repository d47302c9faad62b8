import type { Check } from './filters.js';
import type { InstanceView, Refusal } from './types.js';
import { few } from './wording.js';

/** Why each instance is refused, by the first check that it fails, in the order of the instances. */
export function refusalsOf(checks: readonly Check[], instances: readonly InstanceView[]): Refusal[] {
  return instances.flatMap((instance) => {
    const failed = firstFailed(checks, instance);
    if (!failed) return [];
    const { reason } = failed;
    return [
      { instanceId: instance.id, instanceName: instance.name, reason, detail: failed.detail(instance) },
    ];
  });
}

/**
 * In words: `2 of 5 hosts lack 512 MiB (web1 has 300, web4 has 128); 3 of 5 hosts are draining (web2, web3, web5)`, and
 * what may be done where that isn't plain.
 */
export function explanationOf(checks: readonly Check[], instances: readonly InstanceView[]): string {
  if (instances.length === 0) return 'the cluster has no hosts';
  const refused = new Map<Check, InstanceView[]>();
  for (const instance of instances) {
    const failed = firstFailed(checks, instance);
    const those = failed && refused.get(failed);
    if (those) those.push(instance);
    else if (failed) refused.set(failed, [instance]);
  }
  const sentences = checks.flatMap((check) => {
    const those = refused.get(check);
    return those ? [sentence(check, those, instances.length)] : [];
  });
  const remedies = checks.flatMap((check) => (refused.has(check) && check.remedy ? [check.remedy] : []));
  return [...sentences, ...new Set(remedies)].join('; ');
}

function firstFailed(checks: readonly Check[], instance: InstanceView): Check | undefined {
  return checks.find((check) => !check.allows(instance));
}

function sentence({ fault, note }: Check, refused: readonly InstanceView[], total: number): string {
  const hosts = total === 1 ? 'host' : 'hosts';
  const names = refused.map((instance) => (note ? `${instance.name} ${note(instance)}` : instance.name));
  return `${refused.length} of ${total} ${hosts} ${refused.length === 1 ? fault.one : fault.many} (${few(names)})`;
}
