import { posix } from 'node:path';
import { nameOf } from './container-name.js';
import { faultIf, type Fault } from './fault.js';
import { shorten } from './shorten.js';
import type { ContainerDefinition, Secret } from './types.js';

/**
 * Secrets whose name is a path, which ECS's model allows: the container gets the value as that file, and not in its
 * environment. A form of ours.
 */
export const isFile = ({ name = '' }: { name?: Secret['name'] }): boolean => name.startsWith('/');

/** The folders of the container's that its secrets are in, in the definition's order. Each holds nothing else. */
export function secretFolders({ secrets = [] }: ContainerDefinition): string[] {
  return [...new Set(secrets.filter(isFile).map(({ name = '' }) => posix.dirname(name)))];
}

/** Folders that a program can't do without. */
const needed = new Set([
  '/',
  '/bin',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/lib64',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
  '/tmp',
  '/usr',
  '/usr/bin',
  '/usr/lib',
  '/usr/local',
  '/usr/sbin',
  '/var',
  '/usr/local/bin',
  '/usr/share',
  '/usr/local/share',
  '/var/lib',
  '/var/run',
  '/etc/ssl',
  '/etc/ssl/certs',
]);

/** What is wrong with the secrets of a container that are files. Pure. */
export function secretFileProblems(container: ContainerDefinition): Fault[] {
  const { secrets = [], mountPoints = [], linuxParameters } = container;
  const mounts = [...mountPoints, ...(linuxParameters?.tmpfs ?? [])];
  const mounted = mounts.map(({ containerPath = '' }) => posix.resolve(containerPath));
  const names = secrets.map(({ name = '' }) => name);
  return names.flatMap((path, i) => {
    if (!isFile({ name: path })) return [];
    const folder = posix.dirname(path);
    const isPlain = path === posix.normalize(path) && !path.endsWith('/') && !/[:\s]/.test(path);
    const isOwn = !needed.has(folder) && !mounted.includes(folder);
    const [what, at] = [
      `The secret '${shorten(path)}' of container '${nameOf(container)}'`,
      `secrets[${i}].name`,
    ];
    return [
      ...faultIf(!isPlain, { text: `${what} must be the plain path of a file, without : or spaces.`, at }),
      ...faultIf(isPlain && !isOwn, {
        text: `${what} would hide what else is in ${folder}.`,
        remedy: 'Give secrets a folder of their own, such as /run/secrets',
        at,
      }),
      ...faultIf(names.indexOf(path) !== i, { text: `${what} is there twice.`, at }),
    ];
  });
}
