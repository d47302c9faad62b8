import { overriddenContainer } from '../api/overrides.js';
import type { ContainerDefinition, TaskOverride } from '../api/types.js';
import type { ContainerRecord } from './records.js';

/** A container's record before it is created: what the definition says, as the task's override changes it. */
export function containerRecord(definition: ContainerDefinition, overrides: TaskOverride): ContainerRecord {
  const { cpu = 0, memory, memoryReservation } = overriddenContainer(definition, overrides);
  return {
    name: definition.name ?? '',
    image: definition.image ?? '',
    essential: definition.essential ?? true,
    ...(definition.stopTimeout === undefined ? {} : { stopTimeout: definition.stopTimeout }),
    ...(definition.links === undefined || definition.links.length === 0 ? {} : { links: definition.links }),
    cpu,
    ...(memory === undefined ? {} : { memory }),
    ...(memoryReservation === undefined ? {} : { memoryReservation }),
    lastStatus: 'PENDING',
    networkBindings: [],
  };
}
