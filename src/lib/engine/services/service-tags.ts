import type { Tag } from '../../api/types.js';
import type { ServiceRecord } from './records.js';

/** The tags that a service gives its tasks, beside those of their definition (ECS: propagateTags, managed tags). */
export function serviceTags({
  service,
  tags,
  propagateTags,
  enableECSManagedTags,
}: Pick<ServiceRecord, 'service' | 'tags' | 'propagateTags' | 'enableECSManagedTags'>): Tag[] {
  return [
    ...(propagateTags === 'SERVICE' ? tags : []),
    ...(enableECSManagedTags ? [{ key: 'aws:ecs:serviceName', value: service.name }] : []),
  ];
}
