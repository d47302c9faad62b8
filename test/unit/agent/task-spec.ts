import type { ContainerDefinition, NetworkBinding } from '../../../src/lib/api/types.js';
import type { TaskSpec } from '../../../src/lib/agent/types.js';
import type { OperationInput } from '../../../src/lib/api/operations.js';
import { prepareTaskDefinition } from '../../../src/lib/api/task-definition.js';

let count = 0;

/** A task of one busybox container (`main`) that needs 128 CPU units and 64 MiB, changed as asked. */
export function taskSpec(
  change: Partial<TaskSpec> & { containers?: Partial<ContainerDefinition>[] } = {},
): TaskSpec {
  const id = change.id ?? (++count).toString(16).padStart(32, '0');
  const { containers = [{}], ...rest } = change;
  const containerDefinitions = containers.map((container) => ({
    name: 'main',
    image: 'busybox',
    essential: true,
    command: ['sleep', '1000'],
    ...container,
  }));
  return {
    id,
    cluster: 'default',
    instanceId: 'instance-1',
    arn: `arn:aws:ecs:local:000000000000:task/default/${id}`,
    definition: { family: 'app', revision: 3, networkMode: 'bridge', containerDefinitions },
    definitionHash: 'a'.repeat(64),
    overrides: {},
    group: 'family:app',
    tags: [],
    createdAt: 1_700_000_000_000,
    resources: { cpu: 128, memory: 64, gpus: 0, ports: [] },
    bindings: {},
    ...rest,
  };
}

/** The same with its definition as registration gives it, which is what states and labels hold. */
export function registered(spec: TaskSpec): TaskSpec {
  const { revision, ...input } = spec.definition;
  const { definition } = prepareTaskDefinition(input as OperationInput<'RegisterTaskDefinition'>);
  return { ...spec, definition: { ...definition, revision } };
}

export function tcp(hostPort: number, containerPort = 80): NetworkBinding {
  return { bindIP: '0.0.0.0', containerPort, hostPort, protocol: 'tcp' };
}
