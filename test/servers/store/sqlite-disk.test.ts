import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../../../src/lib/store/sqlite.js';
import { bundleWorker, startWorkers } from './processes.js';
import { storeErrorOf, temporaryDirectory } from '../../unit/store/temporary.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('real disks and users (root only)', () => {
  /** A file system of its own in memory; skips the test where none may be mounted. */
  function mountedDisk(skip: (why: string) => void, size = '512k'): string {
    const directory = temporaryDirectory();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]);
    if (mounted.status !== 0) skip(`no tmpfs could be mounted: ${mounted.stderr}`);
    onTestFinished(() => void spawnSync('umount', ['-l', directory]));
    return directory;
  }

  it('a full disk: one StoreError, nothing lost, and it goes on once there is room', async ({ skip }) => {
    const directory = mountedDisk(skip);
    const path = join(directory, 'state.db');
    const store = await openSqliteStore(path);
    const before = await store.commit({ puts: [{ key: 'a', value: 1 }] });
    writeFileSync(join(directory, 'ballast'), Buffer.alloc(300_000));
    const large = { key: 'a', value: 'x'.repeat(400_000) };
    const error = await storeErrorOf(store.commit({ puts: [large] }));
    expect(error.message).toMatch(/disk of the state .* is full/);
    expect(error.remedy).toContain(directory);
    expect(await store.get('a')).toEqual({ key: 'a', value: 1, revision: before });
    rmSync(join(directory, 'ballast'));
    const small = { key: 'a', value: 2 };
    expect(await store.commit({ checks: [{ key: 'a', revision: before }], puts: [small] })).toBeGreaterThan(
      before,
    );
    await store.close();
  });

  it.each([0, 4, 12, 40])('a disk with %i KB free on the first opening', async (kilobytes) => {
    const directory = mountedDisk((why) => expect.unreachable(why));
    writeFileSync(join(directory, 'ballast'), Buffer.alloc((512 - kilobytes) * 1024));
    const error = await storeErrorOf(openSqliteStore(join(directory, 'state.db')));
    expect(error.message).toMatch(/full/);
  });

  it('a read-only file system', async ({ skip }) => {
    const directory = mountedDisk(skip);
    const path = join(directory, 'state.db');
    const settled = join(temporaryDirectory(), 'state.db');
    await (await openSqliteStore(settled)).close();
    for (const end of ['', '-wal']) copyFileSync(settled + end, path + end);
    spawnSync('mount', ['-o', 'remount,ro', directory]);
    for (const state of [path, join(directory, 'new.db'), join(directory, 'new', 'state.db')]) {
      expect((await storeErrorOf(openSqliteStore(state))).message).toMatch(/read-only file system/);
    }
  });

  it(
    "another user's file, and directories that may not be entered or written",
    { timeout: 60_000 },
    async ({ skip }) => {
      const readable =
        spawnSync('test', ['-r', resolve('node_modules/libsql/index.js')], { uid: NOBODY }).status === 0;
      if (!readable) skip('the checkout is not readable to other users, so none can be played');
      const directory = temporaryDirectory();
      chmodSync(directory, 0o755);
      const bundle = bundleWorker(directory);
      for (const [name, mode] of Object.entries({ entered: 0o700, written: 0o755 })) {
        mkdirSync(join(directory, name));
        await (await openSqliteStore(join(directory, name, 'state.db'))).close();
        chmodSync(join(directory, name), mode);
      }
      const paths = ['entered/state.db', 'written/state.db', 'written/new.db', 'new/state.db'];
      const workers = await startWorkers(
        bundle,
        paths.map((path) => ['none', join(directory, path)]),
        { uid: NOBODY },
      );
      workers.forEach(({ go }) => go());
      for (const { ended } of workers)
        expect(await ended).toMatch(/^StoreError: the state .* is not yours to read/m);
    },
  );
});
