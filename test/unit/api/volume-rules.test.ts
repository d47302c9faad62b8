import { describe, expect, it } from 'vitest';
import { prepareTaskDefinition } from '../../../src/lib/api/task-definition.js';
import type { ContainerDefinition, Volume } from '../../../src/lib/api/types.js';
import { volumeProblems } from '../../../src/lib/api/volume-rules.js';

const app: ContainerDefinition = { name: 'app', image: 'nginx', memory: 128 };
const side: ContainerDefinition = { ...app, name: 'side' };
const problems = (volumes: Volume[], containers: ContainerDefinition[] = [app]) =>
  volumeProblems({ family: 'web', containerDefinitions: containers, volumes }).map(({ text }) => text);
const mounts = (...containerPaths: (string | undefined)[]) =>
  containerPaths.map((containerPath) => ({ sourceVolume: 'data', containerPath }));
const shared = { scope: 'shared' } as const;

describe('volumes', () => {
  it('of each kind are taken', () => {
    const volumes: Volume[] = [
      { name: 'data' },
      { name: 'empty', host: {} },
      { name: 'logs', host: { sourcePath: '/var/log' } },
      { name: 'own', dockerVolumeConfiguration: {} },
      { name: 'cache-1', dockerVolumeConfiguration: { ...shared, autoprovision: true, driver: 'local' } },
      { name: 'named', host: {}, dockerVolumeConfiguration: { scope: 'task', autoprovision: false } },
    ];
    expect(problems(volumes, [{ ...app, mountPoints: mounts('/data', '/data/more') }])).toEqual([]);
  });

  it.each<[Volume, string]>([
    [{}, 'Volume.name should not be null or empty.'],
    [{ name: 'a'.repeat(256) }, 'Volume.name longer than 255.'],
    [{ name: 'a.b' }, "The volume name 'a.b' must consist of letters, digits, - and _."],
    [
      { name: '_a', dockerVolumeConfiguration: shared },
      "The volume name '_a' is a Docker volume's with scope shared: it must begin with a letter or digit, and be 2 long.",
    ],
    [
      { name: 'longshore-marker', dockerVolumeConfiguration: shared },
      "The volume name 'longshore-marker' belongs to Longshore itself; choose another.",
    ],
    [
      { name: 'a', host: { sourcePath: '' } },
      "host.sourcePath should not be blank. Leave it out of volume 'a' for an empty volume.",
    ],
    [
      { name: 'a', host: { sourcePath: './data' } },
      "The sourcePath './data' of volume 'a' must be an absolute path: it is a path on the task's host.",
    ],
    [
      { name: 'a', host: { sourcePath: '/a:/etc' } },
      "The sourcePath '/a:/etc' of volume 'a' must not contain : or NUL: it is a path on the task's host.",
    ],
    [
      { name: 'a', dockerVolumeConfiguration: { driver: '' } },
      "volume.dockerVolumeConfiguration.driver should not be null or empty. Leave it out of volume 'a' for the driver local.",
    ],
    [
      { name: 'a', dockerVolumeConfiguration: { scope: 'task', autoprovision: true } },
      "The autoprovision of volume 'a' needs the scope shared. A volume with scope task is always made for the task: leave autoprovision out.",
    ],
    [
      { name: 'aa', host: { sourcePath: '/a' }, dockerVolumeConfiguration: shared },
      "When the volume parameter is specified, only one volume configuration type should be used. Volume 'aa' has host, dockerVolumeConfiguration.",
    ],
  ])('are refused: %j', (volume, problem) => {
    expect(problems([volume])[0]).toBe(problem);
  });

  it('have different names', () => {
    expect(problems([{ name: 'a' }, { name: 'a' }])).toEqual(["Duplicate volume name 'a'."]);
  });

  it('are completed as ECS does', () => {
    const volumes: Volume[] = [
      { name: 'a' },
      { name: 'b', dockerVolumeConfiguration: {} },
      { name: 'cc', dockerVolumeConfiguration: shared },
      { name: 'd', host: { sourcePath: '/d' } },
    ];
    const { definition } = prepareTaskDefinition({ family: 'web', containerDefinitions: [app], volumes });
    expect(definition.volumes).toEqual([
      { name: 'a', host: {} },
      { name: 'b', dockerVolumeConfiguration: { scope: 'task', driver: 'local' } },
      { name: 'cc', dockerVolumeConfiguration: { scope: 'shared', autoprovision: false, driver: 'local' } },
      { name: 'd', host: { sourcePath: '/d' } },
    ]);
    const again = prepareTaskDefinition({
      family: 'web',
      containerDefinitions: definition.containerDefinitions,
      volumes: definition.volumes,
    });
    expect(again.definition.volumes).toEqual(definition.volumes);
  });

  it('have no labels that are ours, which a warning says', () => {
    const volumes: Volume[] = [
      { name: 'data', dockerVolumeConfiguration: { labels: { 'longshore.task-id': 'x', team: 'a' } } },
    ];
    expect(prepareTaskDefinition({ family: 'web', containerDefinitions: [app], volumes }).warnings).toEqual([
      "a name in a volume's labels that starts with com.amazonaws. or longshore. has no effect here: such labels are written by Longshore itself.",
    ]);
  });

  it('of AWS are refused all at once, with what does the same', () => {
    const volumes: Volume[] = [
      { name: 'html', efsVolumeConfiguration: { fileSystemId: 'fs-1', rootDirectory: '/site' } },
      { name: 'objects', s3filesVolumeConfiguration: { fileSystemArn: 'arn:1' } },
    ];
    expect(() => prepareTaskDefinition({ family: 'web', containerDefinitions: [app], volumes })).toThrow(
      'efsVolumeConfiguration (volume html) and s3filesVolumeConfiguration (volume objects) is not supported yet: a Docker volume mounts the file system on any host: "dockerVolumeConfiguration":{"driver":"local","driverOpts":{"type":"nfs","o":"addr=SERVER,nfsvers=4.1","device":":/site"}}; mount it on the hosts and give host.sourcePath, or use a Docker volume plugin: dockerVolumeConfiguration.driver.',
    );
  });
});

describe('mount points', () => {
  const ofApp = (members: ContainerDefinition) => problems([{ name: 'data' }], [{ ...app, ...members }]);

  it.each<[ContainerDefinition, string[]]>([
    [{ mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }] }, ["Unknown volume 'v'."]],
    [
      { mountPoints: mounts(undefined) },
      ["The containerPath '' of a mount point of container 'app' is missing."],
    ],
    [
      { mountPoints: mounts('data', '/a:ro', '/') },
      [
        "The containerPath 'data' of a mount point of container 'app' must be an absolute path.",
        "The containerPath '/a:ro' of a mount point of container 'app' must not contain : or NUL.",
        "The containerPath '/' of a mount point of container 'app' must not be /.",
      ],
    ],
    [{ mountPoints: mounts('/a', '/a/') }, ["Container 'app' mounts more than one thing at '/a'."]],
    [
      {
        mountPoints: mounts('/a'),
        linuxParameters: { tmpfs: [{ containerPath: '/a', size: 1 }] },
      },
      ["Container 'app' mounts more than one thing at '/a'."],
    ],
  ])('are refused: %j', (members, expected) => {
    expect(ofApp(members)).toEqual(expected);
  });
});

describe('volumesFrom', () => {
  const from = (...names: string[]) => names.map((sourceContainer) => ({ sourceContainer }));

  it('names containers of the task', () => {
    expect(problems([], [{ ...app, volumesFrom: from('side') }, side])).toEqual([]);
    expect(problems([], [{ ...app, volumesFrom: from('x') }])).toEqual([
      "Container 'app' takes volumes from 'x', which does not exist.",
    ]);
  });
});
