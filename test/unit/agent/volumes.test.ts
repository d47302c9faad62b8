import { describe, expect, it } from 'vitest';
import { containerOptions } from '../../../src/lib/agent/container-options.js';
import { dockerName } from '../../../src/lib/agent/names.js';
import { createPuller } from '../../../src/lib/agent/pull.js';
import { startTask } from '../../../src/lib/agent/start.js';
import { removeTask } from '../../../src/lib/agent/stop.js';
import { taskVolumes } from '../../../src/lib/agent/task-volumes.js';
import type { AgentEvent, TaskSpec } from '../../../src/lib/agent/types.js';
import type { ContainerDefinition, Volume } from '../../../src/lib/api/types.js';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { taskSpec } from './task-spec.js';

const mount = (sourceVolume: string, containerPath = `/${sourceVolume}`, readOnly?: boolean) => ({
  sourceVolume,
  containerPath,
  readOnly,
});

function spec(volumes: Volume[], ...containers: Partial<ContainerDefinition>[]): TaskSpec {
  const plain = taskSpec({ containers });
  return { ...plain, definition: { ...plain.definition, volumes } };
}

const engine = () => new FakeDockerHost('web1', { images: ['busybox'] });

function start(host: FakeDockerHost, task: TaskSpec, onEvent?: (event: AgentEvent) => void) {
  const clock = () => 0;
  return startTask(host, task, {
    capacity: { cpu: 2048, memory: 4096, gpus: 0 },
    clock,
    random: () => 0,
    puller: createPuller(clock),
    pull: { behavior: 'default', timeout: 60 },
    ...(onEvent && { onEvent }),
  });
}

describe('a shared volume that a start has made', () => {
  const shared = {
    name: 'data',
    dockerVolumeConfiguration: { scope: 'shared', autoprovision: true },
  } as const;
  const failing = () => spec([shared], { mountPoints: [mount('data')] });

  it('goes where nothing of its task ran, so that it passes for nobody’s data', async () => {
    const host = engine();
    host.failNext('createContainer', 'no space left on device');
    expect(await start(host, failing())).toMatchObject({ kind: 'failed' });
    expect(volumesOn(host)).toEqual([]);
  });

  it('stays where it was there before', async () => {
    const host = engine();
    await host.createVolume({ name: 'data', driver: 'local', labels: {} });
    host.failNext('createContainer', 'no space left on device');
    await start(host, failing());
    expect(volumesOn(host)).toEqual(['data']);
  });
});

const volumesOn = (host: FakeDockerHost) => [...host.volumes.keys()];

describe('mounts', () => {
  const volumes: Volume[] = [
    { name: 'logs', host: { sourcePath: '/var/log/app' } },
    { name: 'scratch', host: {} },
    { name: 'work', dockerVolumeConfiguration: { scope: 'task', driver: 'local' } },
    { name: 'cache', dockerVolumeConfiguration: { scope: 'shared', driver: 'local' } },
  ];
  const task = spec(
    volumes,
    { mountPoints: [mount('logs', '/logs', true), mount('scratch'), mount('work'), mount('cache')] },
    { name: 'side', volumesFrom: [{ sourceContainer: 'main', readOnly: true }] },
  );

  it('are binds of paths, of volumes of the task, and of shared ones by their names', () => {
    const [main, side] = task.definition.containerDefinitions ?? [];
    expect(containerOptions(task, main!, {}).HostConfig).toMatchObject({
      Binds: [
        '/var/log/app:/logs:ro',
        `ecs-app-3-scratch-${task.id}:/scratch`,
        `ecs-app-3-work-${task.id}:/work`,
        'cache:/cache',
      ],
    });
    expect(containerOptions(task, side!, {}).HostConfig).toMatchObject({
      VolumesFrom: [`${dockerName(task, 'main')}:ro`],
    });
    expect(containerOptions(taskSpec(), {}, {}).HostConfig).not.toHaveProperty('Binds');
  });

  it('need volumes that say whose they are', () => {
    const labelled: Volume[] = [
      {
        name: 'work',
        dockerVolumeConfiguration: {
          scope: 'task',
          labels: { team: 'a', 'longshore.task-id': 'forged', 'com.amazonaws.x': '1' },
          driverOpts: { type: 'tmpfs' },
        },
      },
      { name: 'cache', dockerVolumeConfiguration: { scope: 'shared', autoprovision: true, driver: 'nfs' } },
      { name: 'unmounted', host: {} },
      { name: 'path', host: { sourcePath: '/x' } },
    ];
    const own = spec(labelled, {});
    expect(taskVolumes(own)).toEqual([
      {
        name: 'work',
        scope: 'task',
        autoprovision: true,
        create: {
          name: `ecs-app-3-work-${own.id}`,
          driver: 'local',
          driverOpts: { type: 'tmpfs' },
          labels: {
            team: 'a',
            'longshore.task-id': own.id,
            'longshore.cluster': 'default',
            'longshore.volume': 'work',
          },
        },
      },
      {
        name: 'cache',
        scope: 'shared',
        autoprovision: true,
        create: {
          name: 'cache',
          driver: 'nfs',
          labels: {
            'longshore.made-by': own.id,
            'longshore.cluster': 'default',
            'longshore.volume': 'cache',
          },
        },
      },
    ]);
  });
});

describe('a start', () => {
  const shared = (more: object = {}): Volume[] => [
    { name: 'cache', dockerVolumeConfiguration: { scope: 'shared', driver: 'local', ...more } },
  ];

  it('makes volumes before containers, and the containers in the order of volumesFrom', async () => {
    const host = engine();
    const task = spec(
      [{ name: 'work', host: {} }],
      { name: 'taker', volumesFrom: [{ sourceContainer: 'main' }] },
      { name: 'main', mountPoints: [mount('work')] },
    );
    expect(await start(host, task)).toMatchObject({ kind: 'started' });
    expect(host.calls.filter((call) => call.startsWith('create'))).toEqual([
      `createVolume ecs-app-3-work-${task.id}`,
      `createContainer ${dockerName(task, 'main')}`,
      `createContainer ${dockerName(task, 'taker')}`,
    ]);
    expect(await start(host, task)).toMatchObject({ kind: 'started' });
    expect(volumesOn(host)).toEqual([`ecs-app-3-work-${task.id}`]);
    await removeTask(host, task.id);
    expect([...host.containers.keys(), ...volumesOn(host)]).toEqual([]);
  });

  it('that fails leaves no volume but shared ones that were there', async () => {
    const host = engine();
    await host.createVolume({ name: 'cache' });
    host.failNext('startContainer', 'no such program', 400);
    const volumes = [...shared({ autoprovision: true }), { name: 'work', host: {} }];
    const task = spec(volumes, { mountPoints: [mount('cache'), mount('work')] });
    expect(await start(host, task)).toMatchObject({ kind: 'failed' });
    expect(volumesOn(host)).toEqual(['cache']);
  });

  it('makes nothing where a shared volume is missing', async () => {
    const host = engine();
    const volumes = [...shared(), { name: 'work', host: {} }];
    const task = spec(volumes, { mountPoints: [mount('cache'), mount('work')] });
    expect(await start(host, task)).toEqual({
      kind: 'failed',
      container: undefined,
      reason:
        'InvalidVolumeError: web1 has no volume cache: make it there (docker volume create cache) or set autoprovision',
    });
    expect(volumesOn(host)).toEqual([]);
    host.addVolume({ name: 'cache' });
    expect(await start(host, task)).toMatchObject({ kind: 'started' });
    await removeTask(host, task.id);
    expect(volumesOn(host)).toEqual(['cache']);
  });

  it('uses a shared volume as it is, and says where it is another', async () => {
    const host = engine();
    host.addVolume({ name: 'cache', driver: 'local', driverOpts: { o: 'password=secret' } });
    const told: AgentEvent[] = [];
    const task = spec(shared({ autoprovision: true }), { mountPoints: [mount('cache')] });
    expect(await start(host, task, (event) => told.push(event))).toMatchObject({ kind: 'started' });
    expect(told.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        message:
          'web1: the volume cache has another driver or other options than the task definition gives it; it is used as it is',
      },
    ]);
    expect(host.volumes.get('cache')?.labels).toEqual({});
  });

  it("fails in the engine's words where a volume can't be made", async () => {
    const host = engine();
    const task = spec([{ name: 'work', dockerVolumeConfiguration: { driver: 'absent' } }], {});
    expect(await start(host, task)).toMatchObject({
      kind: 'failed',
      reason: `CannotCreateVolumeError: create ecs-app-3-work-${task.id}: plugin "absent" not found`,
    });
  });

  it('that fails tells no password', async () => {
    const host = engine();
    host.failNext(
      'startContainer',
      'failed to mount local volume: data: username=a,password=hidden: no',
      500,
    );
    const driverOpts = { type: 'cifs', o: 'username=a,password=hidden' };
    const task = spec([{ name: 'work', dockerVolumeConfiguration: { driverOpts } }], {
      mountPoints: [mount('work')],
    });
    const outcome = await start(host, task);
    expect(outcome.kind === 'failed' && outcome.reason).toMatch(/username=a,password=…: no$/);
  });

  it("doesn't use another's volume", async () => {
    const host = engine();
    const task = spec([{ name: 'work', host: {} }], { mountPoints: [mount('work')] });
    const name = `ecs-app-3-work-${task.id}`;
    host.addVolume({ name });
    const outcome = await start(host, task);
    expect(outcome.kind === 'failed' && outcome.reason).toContain(`docker volume rm ${name}`);
    expect(volumesOn(host)).toEqual([name]);
  });
});

it('a volume that something uses stays', async () => {
  const host = engine();
  const task = spec([{ name: 'work', host: {} }], { mountPoints: [mount('work')] });
  await start(host, task);
  const name = `ecs-app-3-work-${task.id}`;
  await host.createContainer('backup', { Image: 'busybox', HostConfig: { Binds: [`${name}:/work`] } });
  await removeTask(host, task.id);
  expect(volumesOn(host)).toEqual([name]);
});
