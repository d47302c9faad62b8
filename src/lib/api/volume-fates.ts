import { isReservedLabel } from './reserved-labels.js';
import { shorten } from './shorten.js';
import type { Volume } from './types.js';

type Kind = Exclude<keyof Volume, 'name'>;

/** Why a kind of volume that AWS provides is refused, and what does the same here. */
const refusals: Partial<Record<Kind, (volume: Volume) => string>> = {
  efsVolumeConfiguration: ({ efsVolumeConfiguration: efs }) =>
    networkVolume('the file system', 'nfs', 'addr=SERVER,nfsvers=4.1', `:${rooted(efs?.rootDirectory)}`),
  fsxWindowsFileServerVolumeConfiguration: ({ fsxWindowsFileServerVolumeConfiguration: fsx }) =>
    networkVolume(
      'the share',
      'cifs',
      'addr=SERVER,username=USER,password=PASSWORD',
      `//SERVER${rooted(fsx?.rootDirectory)}`,
    ),
  s3filesVolumeConfiguration: () =>
    'mount it on the hosts and give host.sourcePath, or use a Docker volume plugin: dockerVolumeConfiguration.driver',
  configuredAtLaunch: () =>
    'disks of EBS exist only inside AWS; a dockerVolumeConfiguration of scope shared keeps its data on the host',
};

interface Fate {
  fate: 'refused' | 'accepted';
  what: string;
  hint: string;
}

/** The verdict on a task definition's volumes: refused where there is one of a kind that only AWS has. */
export function volumesFate(volumes: readonly Volume[]): Fate | undefined {
  return kindsFate(volumes) ?? labelsFate(volumes);
}

function labelsFate(volumes: readonly Volume[]): Fate | undefined {
  const names = volumes.flatMap(({ dockerVolumeConfiguration: docker }) => Object.keys(docker?.labels ?? {}));
  if (!names.some(isReservedLabel)) return undefined;
  const what = "a name in a volume's labels that starts with com.amazonaws. or longshore.";
  return { fate: 'accepted', what, hint: 'such labels are written by Longshore itself' };
}

function kindsFate(volumes: readonly Volume[]): Fate | undefined {
  const found = volumes.flatMap((volume) =>
    Object.entries(refusals).flatMap(([kind, hint]) =>
      isGiven(volume[kind as Kind]) ? [{ kind, name: volume.name ?? '', hint: hint(volume) }] : [],
    ),
  );
  if (found.length === 0) return undefined;
  const hints = new Map(found.map(({ kind, hint }) => [kind, hint]));
  return {
    fate: 'refused',
    what: found.map(({ kind, name }) => `${kind} (volume ${shorten(name)})`).join(' and '),
    hint: [...hints.values()].join('; '),
  };
}

function networkVolume(what: string, type: string, o: string, device: string): string {
  const volume = { dockerVolumeConfiguration: { driver: 'local', driverOpts: { type, o, device } } };
  return `a Docker volume mounts ${what} on any host: ${JSON.stringify(volume).slice(1, -1)}`;
}

const isGiven = (kind: unknown) => kind === true || (typeof kind === 'object' && kind !== null);

const rooted = (path = '/') => (path.startsWith('/') ? path : `/${path.replaceAll('\\', '/')}`);
