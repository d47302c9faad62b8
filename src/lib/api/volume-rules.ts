import { posix } from 'node:path';
import { isName } from './arn.js';
import { nameOf } from './container-name.js';
import { faultIf, type Fault } from './fault.js';
import { limits } from './limits.js';
import { shorten } from './shorten.js';
import { repeated } from './tags.js';
import type {
  ContainerDefinition,
  DockerVolumeConfiguration,
  RegisterTaskDefinitionRequest,
  Volume,
} from './types.js';

/**
 * What ECS, or Docker after it, would refuse of a task's volumes and of how its containers mount them; in ECS's words
 * where those are known (answers of AWS in public issue threads).
 */
export function volumeProblems({
  containerDefinitions: containers = [],
  volumes = [],
}: RegisterTaskDefinitionRequest): Fault[] {
  const names = new Set(volumes.map(({ name }) => name));
  const at = (i: number, member?: string) => (texts: string[]) =>
    texts.map((text): Fault => ({ text, at: [`volumes[${i}]`, member].filter(Boolean).join('.') }));
  return [
    ...repeated(volumes.map(({ name }) => name)).map((name) => ({
      text: `Duplicate volume name '${shorten(name)}'.`,
      at: 'volumes',
    })),
    ...volumes.flatMap((volume, i) => at(i, 'name')(nameProblems(volume))),
    ...volumes.flatMap((volume, i) => at(i)(kindProblems(volume))),
    ...volumes.flatMap((volume, i) => at(i, 'host.sourcePath')(hostProblems(volume))),
    ...volumes.flatMap((volume, i) => at(i, 'dockerVolumeConfiguration')(dockerProblems(volume))),
    ...containers.flatMap((container, i) => mountProblems(container, names, `containerDefinitions[${i}]`)),
    ...sourceProblems(containers),
  ];
}

function nameProblems({ name, dockerVolumeConfiguration: docker }: Volume): string[] {
  if (!name) return ['Volume.name should not be null or empty.'];
  const told = `The volume name '${shorten(name)}'`;
  if (name.length > limits.nameLength.ours) return [`Volume.name longer than ${limits.nameLength.ours}.`];
  if (!isName(name)) return [`${told} must consist of letters, digits, - and _.`];
  if (docker?.scope !== 'shared') return [];
  // It is the volume's name on the host as well, and Docker takes fewer.
  if (!/^[A-Za-z0-9]./.test(name))
    return [
      `${told} is a Docker volume's with scope shared: it must begin with a letter or digit, and be 2 long.`,
    ];
  return name.startsWith('longshore-marker') ? [`${told} belongs to Longshore itself; choose another.`] : [];
}

/** An empty one asks for nothing: describe-task-definition answers `"host": {}`. */
function kindProblems({ name, ...kinds }: Volume): string[] {
  const given = Object.entries(kinds).filter(
    ([, kind]) => kind === true || Object.keys(kind ?? {}).length > 0,
  );
  if (given.length < 2) return [];
  const which = given.map(([kind]) => kind).join(', ');
  return [
    `When the volume parameter is specified, only one volume configuration type should be used. Volume '${shorten(name ?? '')}' has ${which}.`,
  ];
}

function hostProblems({ name = '', host }: Volume): string[] {
  const path = host?.sourcePath;
  if (path === undefined) return [];
  if (path === '')
    return [
      `host.sourcePath should not be blank. Leave it out of volume '${shorten(name)}' for an empty volume.`,
    ];
  const why = pathProblem(path);
  return why
    ? [
        `The sourcePath '${shorten(path)}' of volume '${shorten(name)}' ${why}: it is a path on the task's host.`,
      ]
    : [];
}

function dockerProblems({ name = '', dockerVolumeConfiguration: docker }: Volume): string[] {
  if (!docker) return [];
  const { scope, autoprovision, driver }: DockerVolumeConfiguration = docker;
  const told = `of volume '${shorten(name)}'`;
  return [
    driver === '' &&
      `volume.dockerVolumeConfiguration.driver should not be null or empty. Leave it out ${told} for the driver local.`,
    // ECS registers it, and its agent then refuses to run the task: "task scoped volume could not be autoprovisioned".
    scope !== 'shared' &&
      autoprovision &&
      `The autoprovision ${told} needs the scope shared. A volume with scope task is always made for the task: leave autoprovision out.`,
  ].filter((problem) => typeof problem === 'string');
}

function mountProblems(
  container: ContainerDefinition,
  volumes: ReadonlySet<string | undefined>,
  within: string,
): Fault[] {
  const { mountPoints = [], linuxParameters } = container;
  const named = nameOf(container);
  const paths = mountPoints.map(({ containerPath }) => containerPath ?? '');
  const tmpfs = (linuxParameters?.tmpfs ?? []).map(({ containerPath }) => containerPath ?? '');
  const places = [...paths, ...tmpfs].filter((path) => path.startsWith('/'));
  return [
    ...mountPoints.flatMap(({ sourceVolume }, i) =>
      faultIf(!volumes.has(sourceVolume), {
        text: `Unknown volume '${shorten(sourceVolume ?? '')}'.`,
        remedy: "It has to be the name of one of the task's volumes.",
        at: `${within}.mountPoints[${i}].sourceVolume`,
      }),
    ),
    ...paths.flatMap((path, i) => {
      const why =
        path === '' ? 'is missing' : (pathProblem(path) ?? (place(path) === '/' && 'must not be /'));
      const text = `The containerPath '${shorten(path)}' of a mount point of container '${named}' ${why}.`;
      return faultIf(Boolean(why), { text, at: `${within}.mountPoints[${i}].containerPath` });
    }),
    ...repeated(places.map(place)).map((path) => ({
      text: `Container '${named}' mounts more than one thing at '${shorten(path)}'.`,
      at: `${within}.mountPoints`,
    })),
  ];
}

/** Where they go round in a circle is told of with the other needs of containers (container-graph.ts). */
function sourceProblems(containers: readonly ContainerDefinition[]): Fault[] {
  const names = new Set(containers.map(({ name }) => name));
  return containers.flatMap((container, i) =>
    (container.volumesFrom ?? []).flatMap(({ sourceContainer = '' }, j) =>
      faultIf(!names.has(sourceContainer), {
        text: `Container '${nameOf(container)}' takes volumes from '${shorten(sourceContainer)}', which does not exist.`,
        at: `containerDefinitions[${i}].volumesFrom[${j}].sourceContainer`,
      }),
    ),
  );
}

/** Docker reads a mount as SOURCE:PATH:OPTIONS. */
function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'must be an absolute path';
  // eslint-disable-next-line no-control-regex -- NUL ends a path in the kernel
  return /[:\u0000]/.test(path) ? 'must not contain : or NUL' : undefined;
}

const place = (path: string) => posix.resolve(path);
