import { expect, it } from 'vitest';
import { linuxOptions } from '../../../src/lib/agent/linux-parameters.js';

const given = (options: object) => JSON.parse(JSON.stringify(options)) as unknown;

it('asks Docker for nothing where nothing is said', () => {
  expect(given(linuxOptions({}, 64))).toEqual({});
  expect(given(linuxOptions({ linuxParameters: { initProcessEnabled: false, devices: [] } }, 64))).toEqual(
    {},
  );
});

it('gives a device all rights and the host’s path unless told otherwise', () => {
  const devices = [
    { hostPath: '/dev/fuse' },
    { hostPath: '/dev/a', containerPath: '/dev/b', permissions: ['read' as const] },
  ];
  expect(linuxOptions({ linuxParameters: { devices } }, 64).Devices).toEqual([
    { PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' },
    { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'r' },
  ]);
});

it('counts swap on top of memory, and swappiness only with maxSwap', () => {
  expect(linuxOptions({ linuxParameters: { maxSwap: 0, swappiness: 10 } }, 16)).toMatchObject({
    MemorySwap: 16 * 1024 ** 2,
    MemorySwappiness: 10,
  });
  expect(given(linuxOptions({ linuxParameters: { swappiness: 10 } }, 16))).toEqual({});
  expect(given(linuxOptions({ linuxParameters: { maxSwap: 8 } }, undefined))).toEqual({});
});

it('mounts memory with its size in MiB and its options', () => {
  const tmpfs = [{ containerPath: '/a', size: 2, mountOptions: ['noexec', 'ro'] }];
  expect(linuxOptions({ linuxParameters: { tmpfs, sharedMemorySize: 3 } }, 16)).toMatchObject({
    Tmpfs: { '/a': 'noexec,ro,size=2m' },
    ShmSize: 3 * 1024 ** 2,
  });
});
