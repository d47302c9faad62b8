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
    ...filled('links', definition.links),
    ...filled('volumesFrom', definition.volumesFrom),
    ...filled('dependsOn', definition.dependsOn),
    ...(definition.restartPolicy?.enabled ? { restartPolicy: definition.restartPolicy } : {}),
    ...logGroupOf(definition),
    cpu,
    ...(memory === undefined ? {} : { memory }),
    ...(memoryReservation === undefined ? {} : { memoryReservation }),
    lastStatus: 'PENDING',
    ...(isChecked(definition) && { healthStatus: 'UNKNOWN' }),
    networkBindings: [],
  };
}

/** It counts as healthy when its check says so, and not before anybody has looked. */
const isChecked = ({ healthCheck }: ContainerDefinition): boolean =>
  (healthCheck?.command ?? ['NONE'])[0] !== 'NONE';

/** CloudWatch isn't there, but its names go on telling logs apart. */
function logGroupOf({ logConfiguration: log }: ContainerDefinition) {
  const { 'awslogs-group': logGroup, 'awslogs-stream-prefix': logStreamPrefix } = log?.options ?? {};
  if (log?.logDriver !== 'awslogs' || !logGroup) return {};
  return { logGroup, ...(logStreamPrefix && { logStreamPrefix }) };
}

const filled = <T>(name: string, list: T[] | undefined): Record<string, T[]> =>
  list === undefined || list.length === 0 ? {} : { [name]: list };
