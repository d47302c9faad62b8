import { describe, expect, it } from 'vitest';
import { definitionFaults, definitionProblems } from '../../../src/lib/api/task-definition-rules.js';
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '../../../src/lib/api/types.js';

const app: ContainerDefinition = { name: 'app', image: 'nginx', memory: 128 };
const side: ContainerDefinition = { name: 'side', image: 'busybox', memory: 64 };

describe('what is told of a fault', () => {
  const told = (members: ContainerDefinition, more?: Partial<RegisterTaskDefinitionRequest>) =>
    definitionProblems({ family: 'web', ...more, containerDefinitions: [app, { ...side, ...members }] });

  it.each<[string, ContainerDefinition, Partial<RegisterTaskDefinitionRequest>, string]>([
    [
      'a placeholder',
      { image: '<IMAGE1_NAME>' },
      {},
      "Container.image contains invalid characters. <IMAGE1_NAME> is a placeholder: put the image's name in its place, such as nginx:1.27. (containerDefinitions[1].image)",
    ],
    [
      'a variable that nothing replaced',
      { image: 'registry/${NAME}:1' },
      {},
      "Container.image contains invalid characters. ${NAME} is a placeholder: put the image's name in its place, such as nginx:1.27. (containerDefinitions[1].image)",
    ],
    [
      'memory nowhere',
      { memory: undefined },
      {},
      `Invalid setting for container 'side'. At least one of 'memory' or 'memoryReservation' must be specified. Add "memory": MIB to the container, or "memory": "MIB" to the task. (containerDefinitions[1].memory)`,
    ],
    [
      'more memory than the task has',
      { memory: 600 },
      { memory: '512' },
      "The 'memory' setting for container 'side' is greater than for the task. It has 600 MiB, the task 512. (containerDefinitions[1].memory)",
    ],
    [
      'other host ports where the network has one set of ports',
      { portMappings: [{ containerPort: 5601, hostPort: 80 }] },
      { networkMode: 'awsvpc' },
      'When networkMode=awsvpc, the host ports and container ports in port mappings must match. Leave hostPort 80 out, or make it 5601. (containerDefinitions[1].portMappings[0].hostPort)',
    ],
    [
      'a name that is taken',
      { name: 'app' },
      {},
      "Container names must be unique within a Task Definition. 'app' is the name of more than one. (containerDefinitions[1].name)",
    ],
    [
      'links without bridge',
      { links: ['app'] },
      { networkMode: 'host' },
      'Links are not supported when networkMode=host. Leave them out, or take networkMode bridge. (containerDefinitions[1].links)',
    ],
  ])('of %s', (_, members, more, expected) => {
    expect(told(members, more)).toEqual([expected]);
  });

  it('has a path, whatever it is about', () => {
    const found = definitionFaults({
      containerDefinitions: [
        {
          ...{ name: 'a b', image: ' ', cpu: -1, memoryReservation: 1, user: 'a b', workingDirectory: 'x' },
          ...{ hostname: '_', extraHosts: [{ hostname: 'a', ipAddress: 'b' }], links: ['x'] },
          environment: [{ name: '' }],
          secrets: [{ name: 'A', valueFrom: '' }],
          environmentFiles: [{ value: '', type: 's3' }],
          healthCheck: { command: ['true'], interval: 1 },
          ulimits: [{ name: 'nofile', softLimit: 2, hardLimit: 1 }],
          linuxParameters: { maxSwap: -1, swappiness: 101, sharedMemorySize: 0, tmpfs: [{}], devices: [{}] },
          systemControls: [{}],
          resourceRequirements: [{ type: 'GPU', value: 'x' }],
          restartPolicy: { enabled: true, restartAttemptPeriod: 1 },
          portMappings: [{ containerPort: 0, hostPort: -1 }, { containerPortRange: 'x' }],
          mountPoints: [{ sourceVolume: 'x', containerPath: 'y' }],
          volumesFrom: [{ sourceContainer: 'x' }],
          dependsOn: [{ containerName: 'x', condition: 'START' }],
          essential: false,
        },
      ] as ContainerDefinition[],
      ...{ family: '', cpu: 'x', memory: 'x', networkMode: 'awsvpc', tags: [{}] },
      placementConstraints: [{ type: 'memberOf' }],
      volumes: [{ name: '' }, { name: 'v', host: { sourcePath: 'x' } }],
    });
    expect(found.length).toBeGreaterThan(35);
    expect(found.filter(({ at }) => !at || /undefined|\.$/.test(at))).toEqual([]);
  });
});
