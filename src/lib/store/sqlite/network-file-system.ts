import { readFileSync, realpathSync, statfsSync } from 'node:fs';
import { StoreError } from '../store.js';

/** How a file system is recognised; replaced in tests. */
export interface FileSystemProbes {
  /** The `f_type` of statfs(2). */
  magic(path: string): number;
  /** The path without links. */
  real(path: string): string;
  /** The text of /proc/self/mountinfo. */
  mounts(): string;
}

/**
 * Refuses a state on a network file system: SQLite's WAL needs memory that all its processes share, and locks that
 * hold; a network file system promises neither (https://sqlite.org/wal.html). `existing` is the state's file, or its
 * directory before there is one. Linux only: elsewhere file systems aren't numbered.
 */
export function refuseNetworkFileSystem(existing: string, path: string, probes = linuxProbes): void {
  const name = networkFileSystem(existing, probes);
  if (!name) return;
  throw new StoreError(
    `the state ${path} is on a network file system (${name}), where two processes that write would damage it`,
    'Choose a local file with --state; to share a state run `longshore serve` beside it and give others --endpoint.',
  );
}

/** The name of the network file system that holds the path; undefined on a local one. */
export function networkFileSystem(path: string, probes: FileSystemProbes): string | undefined {
  const magic = probes.magic(path) >>> 0;
  if (magic !== FUSE) return NETWORK.get(magic);
  const type = typeOfMount(probes.real(path), probes.mounts());
  return type && REMOTE_FUSE.test(type) ? type : undefined;
}

const linuxProbes: FileSystemProbes = {
  magic: (path) => (process.platform === 'linux' ? statfsSync(path).type : 0),
  real: (path) => realpathSync(path),
  mounts: () => readFileSync('/proc/self/mountinfo', 'utf8'),
};

/** From Linux's magic.h and the file systems' own headers. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x786f4256, 'VirtualBox shared folder'],
]);

/** Any program may be behind FUSE: a local one (encryption, NTFS) is fine, one that goes elsewhere is not. */
const FUSE = 0x65735546;
const REMOTE_FUSE =
  /^fuse\.(sshfs|s3fs|s3ql|rclone|gcsfuse|goofys|mount-s3|blobfuse2?|glusterfs|ceph-fuse|ceph|juicefs|JuiceFS.*|davfs2?|curlftpfs|afpfs|hdfs|moosefs|mfs|seaweedfs|weed|beegfs|nfs|smbnetfs)$/i;

/** The type of the mount that holds the path: of those above it the longest, and of equal ones the last. */
function typeOfMount(path: string, mountinfo: string): string | undefined {
  const mounts = mountinfo.split('\n').flatMap(parseMount);
  const above = mounts.filter(({ at }) => at === '/' || path === at || path.startsWith(`${at}/`));
  return above.reduce<Mount | undefined>(
    (best, mount) => (best && best.at.length > mount.at.length ? best : mount),
    undefined,
  )?.type;
}

interface Mount {
  at: string;
  type: string;
}

/** `36 35 98:0 /root /at rw,noatime master:1 - type source options`; spaces of a path are written \040. */
function parseMount(line: string): Mount[] {
  const [place, source] = line.split(' - ');
  const at = place?.split(' ')[4];
  const type = source?.split(' ')[0];
  if (!at || !type) return [];
  return [
    { at: at.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))), type },
  ];
}
