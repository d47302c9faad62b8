import { instanceId } from '../api/arn.js';
import { onlyOne } from './ambiguous-id.js';
import type { InstanceRecord } from './records.js';

/**
 * The one of these instances that a host's name, an id, the beginning of one or an ARN means, where an address may stand
 * as well; undefined where it is none of them. Throws InvalidParameterException where several ids begin so.
 */
export function instanceAmong(
  instances: readonly InstanceRecord[],
  text: string,
): InstanceRecord | undefined {
  const id = text.startsWith('arn:') ? instanceId(text) : text;
  const exact = instances.find((one) => one.name === text || one.id === id);
  if (exact !== undefined || !/^[0-9a-f]{4,31}$/.test(id)) return exact;
  const begun = instances.filter((one) => one.id.startsWith(id));
  const candidates = begun.map((instance) => ({ id: instance.id, what: instance.name, instance }));
  return onlyOne('container instance', id, candidates)?.instance;
}
