import type { NetworkBinding } from '../api/types.js';
import type { TaskSpec } from './types.js';

/** The host ports of one container. A container may be called `constructor`, which every object has. */
export function bindingsOf({ bindings }: Pick<TaskSpec, 'bindings'>, container: string): NetworkBinding[] {
  return Object.hasOwn(bindings, container) ? (bindings[container] ?? []) : [];
}
