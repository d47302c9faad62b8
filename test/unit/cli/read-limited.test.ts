import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readText } from '../../../src/lib/cli/arguments.js';
import { readLimited } from '../../../src/lib/cli/read-limited.js';
import { readStateDocument } from '../../../src/lib/cli/state-document.js';

const dir = mkdtempSync(join(tmpdir(), 'longshore-read-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('reads a file up to the limit, and tells of more', () => {
  const path = join(dir, 'file');
  writeFileSync(path, 'x'.repeat(200_000));
  expect(readLimited(path, 200_000).bytes).toHaveLength(200_000);
  expect(readLimited(path, 199_999)).toMatchObject({ size: 200_000 });
});

it.runIf(process.platform === 'linux')('stops at the limit of what has no end or no size', () => {
  expect(readLimited('/dev/zero', 100_000).size).toBe(100_001);
  expect(readLimited('/proc/self/status', 100_000).bytes.toString()).toContain('Pid:');
  expect(() => readText('file:///dev/zero', '--reason')).toThrow(/\/dev\/zero.* at most 1024 KiB are read/);
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  execFileSync('sh', ['-c', `(head -c 3000000 /dev/zero >${pipe}) 2>/dev/null & exec true`], {
    stdio: 'ignore',
  });
  expect(readLimited(pipe, 1_000_000).size).toBe(1_000_001);
});

it.runIf(process.platform === 'linux')('takes no state of any size', () => {
  const path = join(dir, 'state.json');
  writeFileSync(path, '');
  truncateSync(path, 600 * 1024 ** 2);
  const words = { given: new Map(), passed: undefined, loose: [path], repeated: [] };
  expect(() => readStateDocument(words)).toThrow(`${path} can't be read: it is larger than 500 MiB`);
});

it('never repeats what stands in a state that is not whole', () => {
  const path = join(dir, 'cut.json');
  writeFileSync(path, '{"password":hunter2}');
  const words = { given: new Map(), passed: undefined, loose: [path], repeated: [] };
  let error: unknown;
  try {
    readStateDocument(words);
  } catch (thrown) {
    error = thrown;
  }
  expect(String(error)).toContain('it is not whole JSON');
  for (let at = error; at instanceof Error; at = at.cause) expect(at.stack).not.toContain('hunter2');
});
