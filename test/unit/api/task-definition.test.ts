import { describe, expect, it } from 'vitest';
import { checkFields } from '../../../src/lib/api/fields.js';
import { prepareTaskDefinition } from '../../../src/lib/api/task-definition.js';
import { parseTaskCpu, parseTaskMemory } from '../../../src/lib/api/task-size.js';
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '../../../src/lib/api/types.js';

const app: ContainerDefinition = { name: 'app', image: 'nginx', memory: 128 };
const fields = (container: ContainerDefinition, more: Partial<RegisterTaskDefinitionRequest> = {}) =>
  checkFields({ family: 'web', containerDefinitions: [{ ...app, ...container }], ...more });

describe('a registered definition', () => {
  it('is filled in as ECS does it (aws-cli example register-task-definition; systemControls as AWS adds it since 2024)', () => {
    const { definition, warnings } = prepareTaskDefinition({
      family: 'sleep360',
      containerDefinitions: [
        { name: 'sleep', image: 'busybox', cpu: 10, command: ['sleep', '360'], memory: 10, essential: true },
      ],
      tags: [{ key: 'a', value: 'b' }],
    });
    expect(warnings).toEqual([]);
    expect(definition).toEqual({
      containerDefinitions: [
        {
          name: 'sleep',
          image: 'busybox',
          cpu: 10,
          memory: 10,
          portMappings: [],
          essential: true,
          command: ['sleep', '360'],
          environment: [],
          mountPoints: [],
          volumesFrom: [],
          systemControls: [],
        },
      ],
      family: 'sleep360',
      volumes: [],
      placementConstraints: [],
      compatibilities: ['EXTERNAL', 'EC2'],
    });
    expect(Object.keys(definition.containerDefinitions[0] ?? {}).slice(0, 4)).toEqual([
      'name',
      'image',
      'cpu',
      'memory',
    ]);
  });

  it('has protocols and host ports', () => {
    const portMappings = [
      { containerPort: 80 },
      { containerPort: 53, hostPort: 53, protocol: 'udp' as const },
    ];
    const ports = (networkMode: 'bridge' | 'host') =>
      prepareTaskDefinition({ family: 'web', networkMode, containerDefinitions: [{ ...app, portMappings }] })
        .definition.containerDefinitions[0]?.portMappings;
    const udp = { containerPort: 53, hostPort: 53, protocol: 'udp' };
    expect(ports('bridge')).toEqual([{ containerPort: 80, hostPort: 0, protocol: 'tcp' }, udp]);
    expect(ports('host')).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'tcp' }, udp]);
  });

  it('has the size of the task in numbers, and what hosts must have', () => {
    const { definition } = prepareTaskDefinition({
      family: 'web',
      cpu: '.5 vCPU',
      memory: '1GB',
      containerDefinitions: [{ ...app, privileged: true, logConfiguration: { logDriver: 'journald' } }],
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      requiresCompatibilities: ['FARGATE'],
    });
    expect(definition).toMatchObject({
      cpu: '512',
      memory: '1024',
      compatibilities: ['EXTERNAL', 'EC2', 'FARGATE'],
      requiresAttributes: [
        { name: 'com.amazonaws.ecs.capability.logging-driver.journald' },
        { name: 'com.amazonaws.ecs.capability.privileged-container' },
        { name: 'ecs.os-type', value: 'linux' },
        { name: 'ecs.cpu-architecture', value: 'arm64' },
      ],
    });
  });

  it('is what is registered again when it is described and pasted', () => {
    const first = prepareTaskDefinition({
      family: 'web',
      cpu: '1 vCPU',
      containerDefinitions: [app],
    }).definition;
    const { compatibilities, ...input } = first;
    expect(compatibilities).toBeDefined();
    expect(prepareTaskDefinition({ ...input, family: 'web' }).definition).toEqual(first);
  });

  it('is refused with all problems at once', () => {
    const register = () =>
      prepareTaskDefinition({
        family: 'a b',
        containerDefinitions: [{ ...app, credentialSpecs: ['credentialspec:file://a'] }],
      });
    expect(register).toThrow(
      'The task definition has 2 problems:\n- Family contains invalid characters. Write letters, digits, - and _ only. (family)\n- credentialSpecs is not supported yet: it belongs to Windows containers.',
    );
    expect(register).toThrow(expect.objectContaining({ ecsText: 'Family contains invalid characters.' }));
  });
});

describe('fields', () => {
  it('that are honoured pass', () => {
    const everything: ContainerDefinition = {
      ...app,
      command: ['a'],
      entryPoint: ['b'],
      environment: [{ name: 'A', value: 'b' }],
      cpu: 1,
      memoryReservation: 64,
      portMappings: [{ containerPort: 80 }],
      essential: true,
      links: ['x'],
      workingDirectory: '/',
      user: 'root',
      dockerLabels: { a: 'b' },
      hostname: 'h',
      stopTimeout: 300,
      privileged: true,
      readonlyRootFilesystem: true,
      extraHosts: [{ hostname: 'a', ipAddress: '1.2.3.4' }],
      dnsServers: ['1.1.1.1'],
      dnsSearchDomains: ['a'],
      ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 1 }],
      interactive: true,
      pseudoTerminal: true,
      dockerSecurityOptions: ['no-new-privileges'],
      disableNetworking: true,
      healthCheck: { command: ['CMD', 'true'] },
      linuxParameters: { initProcessEnabled: true },
      systemControls: [{ namespace: 'net.core.somaxconn', value: '99' }],
      logConfiguration: { logDriver: 'json-file', options: { 'max-size': '1m' } },
    };
    expect(fields(everything)).toEqual({ refusals: [], warnings: [] });
  });

  it.each<[ContainerDefinition, string]>([
    [
      { restartPolicy: { enabled: true, ignoredExitCodes: [0, 3] } },
      'restartPolicy.ignoredExitCodes 3 is not supported yet: Docker can only make an exception of 0.',
    ],
    [
      { resourceRequirements: [{ type: 'InferenceAccelerator', value: 'a' }] },
      'resourceRequirements of type InferenceAccelerator is not supported yet: InferenceAccelerator exists only inside AWS.',
    ],
    [
      { resourceRequirements: [{ type: 'GPU', value: 'ALL' }] },
      'resourceRequirements with the value ALL is not supported yet: say how many GPUs.',
    ],
    [
      { logConfiguration: { logDriver: 'awsfirelens' } },
      "log driver awsfirelens is not supported yet: use fluentd, with fluentd-address in its options, or another driver of the host's engine.",
    ],
    [
      { logConfiguration: { logDriver: 'jsonfile' as never } },
      'log driver jsonfile is not supported yet: the nearest is json-file.',
    ],
    [
      { logConfiguration: { logDriver: 'loki' as never } },
      'log driver loki is not supported yet: a plug-in is named with its tag, such as loki:latest.',
    ],
  ])('are refused by name: %j', (container, refusal) => {
    expect(fields(container)).toEqual({ refusals: [refusal], warnings: [] });
  });

  it.each<[Partial<RegisterTaskDefinitionRequest>, string]>([
    [
      { volumes: [{ name: 'disk', configuredAtLaunch: true }] },
      'configuredAtLaunch (volume disk) is not supported yet: disks of EBS exist only inside AWS; a dockerVolumeConfiguration of scope shared keeps its data on the host.',
    ],
    [
      { runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } },
      'runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE is not supported yet: hosts run Linux.',
    ],
  ])('of the task are refused by name: %j', (more, refusal) => {
    expect(fields({}, more).refusals).toEqual([refusal]);
  });

  it('that mean something only inside AWS are warned of', () => {
    const { refusals, warnings } = fields(
      {
        logConfiguration: { logDriver: 'awslogs', secretOptions: [{ name: 'a', valueFrom: 'b' }] },
        dockerLabels: { 'com.amazonaws.ecs.cluster': 'x' },
        linuxParameters: { maxSwap: 8, swappiness: 10 },
      },
      { executionRoleArn: 'arn', requiresCompatibilities: ['EC2', 'FARGATE'] },
    );
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([
      'executionRoleArn has no effect here: nothing is pulled or logged through AWS.',
      'requiresCompatibilities FARGATE has no effect here: tasks run on your own hosts.',
      'linuxParameters.swappiness on hosts with cgroup v2 has no effect here: their kernels have none.',
      'a name in dockerLabels that starts with com.amazonaws. or longshore. has no effect here: such labels are written by Longshore itself.',
      'log driver awslogs has no effect here: logs stay on the host, and longshore logs --log-group shows them.',
    ]);
  });

  it('that ask for nothing pass', () => {
    const skeleton = {
      secrets: [],
      linuxParameters: { capabilities: { add: [] }, initProcessEnabled: false },
      healthCheck: { command: [] },
      startTimeout: 0,
      restartPolicy: { enabled: false, restartAttemptPeriod: 300 },
      versionConsistency: 'disabled' as const,
    };
    const empty = { volumes: [], taskRoleArn: '', enableFaultInjection: false };
    expect(fields(skeleton, empty)).toEqual({ refusals: [], warnings: [] });
  });

  it('of several containers share a sentence', () => {
    const credentialSpecs = ['credentialspec:file://a'];
    const containerDefinitions = [
      { ...app, credentialSpecs },
      { ...app, name: 'side', credentialSpecs },
      { ...app, name: 'none' },
    ];
    expect(checkFields({ family: 'web', cpu: '512', containerDefinitions })).toEqual({
      refusals: [
        'credentialSpecs (container app, side) is not supported yet: it belongs to Windows containers.',
      ],
      warnings: ['cpu and memory of the task bound each of its containers here, not their sum.'],
    });
  });
});

it.each([
  ['512', 512],
  ['1 vCPU', 1024],
  ['1vcpu', 1024],
  ['.5 vCPU', 512],
  ['0.25 vCPU', 256],
  ['4.vCPU', 4096],
  ['0.1 vCPU', undefined],
  ['vCPU', undefined],
  ['. vCPU', undefined],
  ['1e3', undefined],
  ['-1', undefined],
])('cpu %s', (text, units) => {
  expect(parseTaskCpu(text)).toBe(units);
});

it.each([
  ['512', 512],
  ['1GB', 1024],
  ['0.5 GB', 512],
  ['1 gb', 1024],
  ['1 MiB', undefined],
])('memory %s', (text, mebibytes) => {
  expect(parseTaskMemory(text)).toBe(mebibytes);
});
