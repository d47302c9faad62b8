import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  networkFileSystem,
  refuseNetworkFileSystem,
} from '../../../src/lib/store/sqlite/network-file-system.js';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { storeErrorOf, temporaryDirectory } from './temporary.js';

const FUSE = 0x65735546;
const mounts = `
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home/me/far rw,nosuid - fuse.sshfs me@far:/ rw,user_id=0
31 22 0:41 / /home/me/my\\040vault rw - fuse.gocryptfs /home/me/.vault rw
32 31 0:42 / /home/me/my\\040vault/s3 rw shared:9 master:2 - fuse.rclone s3: rw
33 22 0:43 / /stacked rw - fuse.sshfs far:/ rw
34 33 0:44 / /stacked rw - fuse.gocryptfs /x rw
`;

const probes = (magic: number) => ({
  magic: () => magic,
  real: (path: string) => path,
  mounts: () => mounts,
});

describe('a network file system is told from a local one', () => {
  it.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 | 0, 'CIFS'],
    [0xfe534d42, 'SMB2'],
    [0x01021997, '9p'],
    [0x00c36400, 'Ceph'],
    [0xef53, undefined],
    [0x01021994, undefined],
    [0x9123683e, undefined],
  ])('by its number: %i is %s', (magic, name) => {
    expect(networkFileSystem('/home/me', probes(magic))).toBe(name);
  });

  it.each([
    ['/home/me/far', 'fuse.sshfs'],
    ['/home/me/far/state', 'fuse.sshfs'],
    ['/home/me/farther', undefined],
    ['/home/me/my vault/state', undefined],
    ['/home/me/my vault/s3/state', 'fuse.rclone'],
    ['/stacked/state', undefined],
  ])('by what is behind FUSE: %s is on %s', (path, name) => {
    expect(networkFileSystem(path, probes(FUSE))).toBe(name);
  });

  it('the machine that this runs on has its temporary files on a local one', () => {
    expect(() => refuseNetworkFileSystem(temporaryDirectory(), 'state.db')).not.toThrow();
  });
});

describe('a state on a network file system', () => {
  it('is refused before a file is made, and told why and what else to do', async () => {
    const path = join(temporaryDirectory(), 'state.db');
    const refuse = (existing: string, state: string) =>
      refuseNetworkFileSystem(existing, state, probes(0x6969));
    const error = await storeErrorOf(openSqliteStore(path, { refuse }));
    expect(error.message).toContain(`the state ${path} is on a network file system (NFS)`);
    expect(error.remedy).toContain('longshore serve');
    expect(existsSync(path)).toBe(false);
  });

  it('is refused where the file itself is, beyond a link', async () => {
    const path = join(temporaryDirectory(), 'state.db');
    await (await openSqliteStore(path)).close();
    const asked: string[] = [];
    await (await openSqliteStore(path, { refuse: (existing) => void asked.push(existing) })).close();
    expect(asked).toEqual([path]);
  });
});
