import { describe, expect, it } from 'vitest';
import { containerOptions } from '../../../src/lib/agent/container-options.js';
import { dockerName } from '../../../src/lib/agent/names.js';
import type { TaskSpec } from '../../../src/lib/agent/types.js';
import type { ContainerDefinition } from '../../../src/lib/api/types.js';
import { taskSpec, tcp } from './task-spec.js';

const MiB = 1024 ** 2;

describe('containerOptions', () => {
  it('of a plain container say little', () => {
    expect(optionsOf({})).toEqual({
      Image: 'busybox',
      Cmd: ['sleep', '1000'],
      Env: [],
      Labels: { ours: 'yes' },
      ExposedPorts: {},
      StopTimeout: 30,
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        CpuShares: 2,
        PortBindings: {},
        NetworkMode: 'bridge',
        RestartPolicy: { Name: 'no' },
        LogConfig: { Type: 'json-file', Config: {} },
      },
    });
  });

  it('carry each field of the definition', () => {
    const options = optionsOf({
      image: 'nginx:1',
      entryPoint: ['/entry', '--flag'],
      command: [],
      environment: [{ name: 'A', value: '1=2' }, { name: 'B' }],
      workingDirectory: '/srv',
      user: '1000:1000',
      hostname: 'web',
      stopTimeout: 300,
      interactive: true,
      pseudoTerminal: true,
      disableNetworking: true,
      privileged: true,
      readonlyRootFilesystem: true,
      extraHosts: [{ hostname: 'db', ipAddress: '10.0.0.1' }],
      dnsServers: ['1.1.1.1'],
      dnsSearchDomains: ['example.org'],
      dockerSecurityOptions: ['no-new-privileges'],
      ulimits: [{ name: 'nofile', softLimit: 1024, hardLimit: 2048 }],
      logConfiguration: { logDriver: 'json-file', options: { 'max-size': '1m' } },
    });
    expect(options).toMatchObject({
      Image: 'nginx:1',
      Entrypoint: ['/entry', '--flag'],
      Env: ['A=1=2', 'B='],
      WorkingDir: '/srv',
      User: '1000:1000',
      Hostname: 'web',
      StopTimeout: 300,
      OpenStdin: true,
      Tty: true,
      NetworkDisabled: true,
      HostConfig: {
        Privileged: true,
        ReadonlyRootfs: true,
        ExtraHosts: ['db:10.0.0.1'],
        Dns: ['1.1.1.1'],
        DnsSearch: ['example.org'],
        SecurityOpt: ['no-new-privileges'],
        Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      },
    });
    expect(options).not.toHaveProperty('Cmd');
  });

  it.each([
    [undefined, 2],
    [0, 2],
    [1, 2],
    [512, 512],
    [999_999, 262_144],
  ])('give cpu %s as %s shares', (cpu, shares) => {
    expect(optionsOf({ cpu }).HostConfig?.CpuShares).toBe(shares);
  });

  it('give memory in bytes, at least what Docker takes', () => {
    expect(optionsOf({ memory: 64, memoryReservation: 32 }).HostConfig).toMatchObject({
      Memory: 64 * MiB,
      MemoryReservation: 32 * MiB,
    });
    expect(optionsOf({ memory: 4 }).HostConfig?.Memory).toBe(6 * MiB);
    expect(optionsOf({ memoryReservation: 4 }).HostConfig?.MemoryReservation).toBe(6 * MiB);
    expect(optionsOf({ memoryReservation: 32 }).HostConfig).not.toHaveProperty('Memory');
  });

  it("bound containers without limits by the task's own", () => {
    const limited = { definition: { ...taskSpec().definition, cpu: '512', memory: '256' } };
    expect(optionsOf({ memoryReservation: 32 }, limited).HostConfig).toMatchObject({
      Memory: 256 * MiB,
      MemoryReservation: 32 * MiB,
      CpuPeriod: 100_000,
      CpuQuota: 50_000,
    });
    expect(optionsOf({ memory: 64 }, limited).HostConfig?.Memory).toBe(64 * MiB);
    const overrides = { cpu: '1024', memory: '128' };
    expect(optionsOf({}, { ...limited, overrides }).HostConfig).toMatchObject({
      Memory: 128 * MiB,
      CpuQuota: 100_000,
    });
  });

  it('publish the ports that were bound', () => {
    const bindings = {
      main: [tcp(8080), tcp(8081), { ...tcp(53, 53), protocol: 'udp' as const, bindIP: '10.0.0.5' }],
    };
    const options = optionsOf({}, { bindings });
    expect(options.ExposedPorts).toEqual({ '80/tcp': {}, '53/udp': {} });
    expect(options.HostConfig?.PortBindings).toEqual({
      '80/tcp': [
        { HostIp: '', HostPort: '8080' },
        { HostIp: '', HostPort: '8081' },
      ],
      '53/udp': [{ HostIp: '10.0.0.5', HostPort: '53' }],
    });
  });

  it.each(['host', 'none'] as const)('publish nothing in network mode %s', (networkMode) => {
    const definition = { ...taskSpec().definition, networkMode };
    const { HostConfig } = optionsOf({}, { definition, bindings: { main: [tcp(80)] } });
    expect(HostConfig?.NetworkMode).toBe(networkMode);
    expect(HostConfig).not.toHaveProperty('PortBindings');
  });

  it('link to the containers of the same task', () => {
    const spec = taskSpec();
    const options = containerOptions(spec, { name: 'web', links: ['db', 'cache:redis'] }, {});
    expect(options.HostConfig?.Links).toEqual([
      `${dockerName(spec, 'db')}:db`,
      `${dockerName(spec, 'cache')}:redis`,
    ]);
  });

  it('ask for the GPUs that were chosen, each container for its own', () => {
    const gpus = (value: string) => [{ type: 'GPU' as const, value }];
    const containers = [
      { name: 'one', resourceRequirements: gpus('1') },
      { name: 'none' },
      { name: 'two', resourceRequirements: gpus('1') },
    ];
    const overrides = { containerOverrides: [{ name: 'two', resourceRequirements: gpus('2') }] };
    const resources = { cpu: 0, memory: 0, gpus: 3, gpuIds: [1, 4, 5], ports: [] };
    const spec = taskSpec({ containers, overrides, resources });
    const requests = spec.definition.containerDefinitions?.map(
      (container) => containerOptions(spec, container, {}).HostConfig?.DeviceRequests,
    );
    const nvidia = (...DeviceIDs: string[]) => [{ Driver: 'nvidia', DeviceIDs, Capabilities: [['gpu']] }];
    expect(requests).toEqual([nvidia('1'), undefined, nvidia('4', '5')]);
  });

  it('let overrides win', () => {
    const containerOverrides = [
      {
        name: 'main',
        command: ['bin/migrate'],
        environment: [
          { name: 'A', value: 'over' },
          { name: 'C', value: 'new' },
        ],
        cpu: 256,
        memory: 100,
        memoryReservation: 50,
      },
      { name: 'other', command: ['no'] },
    ];
    const environment = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    const options = optionsOf({ environment, memory: 10, cpu: 10 }, { overrides: { containerOverrides } });
    expect(options.Cmd).toEqual(['bin/migrate']);
    expect(options.Env).toEqual(['B=2', 'A=over', 'C=new']);
    expect(options.HostConfig).toMatchObject({
      CpuShares: 256,
      Memory: 100 * MiB,
      MemoryReservation: 50 * MiB,
    });
  });

  it("never let the user's labels pass for ours or ECS's", () => {
    const dockerLabels = {
      'longshore.task-id': 'x',
      'com.amazonaws.ecs.cluster': 'x',
      team: 'a',
      ours: 'no',
    };
    expect(optionsOf({ dockerLabels }).Labels).toEqual({ team: 'a', ours: 'yes' });
  });
});

describe('dockerName', () => {
  const named = (family: string, container: string) =>
    dockerName({ id: 'a'.repeat(32), definition: { family, revision: 7 } }, container);

  it('follows from family, revision, container and task', () => {
    expect(named('web', 'nginx')).toBe(`ecs-web-7-nginx-${'a'.repeat(32)}`);
  });

  it('stays short and distinct where names are long', () => {
    const [one, two] = [
      named('f'.repeat(255), `${'c'.repeat(254)}1`),
      named('f'.repeat(255), `${'c'.repeat(254)}2`),
    ];
    expect(one).not.toBe(two);
    for (const name of [one, two]) expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/);
  });
});

function optionsOf(container: Partial<ContainerDefinition>, task: Partial<TaskSpec> = {}) {
  const spec = taskSpec(task);
  const definition = { name: 'main', image: 'busybox', command: ['sleep', '1000'], ...container };
  return containerOptions(spec, definition, { ours: 'yes' });
}
