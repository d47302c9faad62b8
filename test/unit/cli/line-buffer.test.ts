import { expect, it } from 'vitest';
import { LineBuffer } from '../../../src/lib/cli/line-buffer.js';

it('writes lines that come together at once, in the order of both streams', async () => {
  const written: string[] = [];
  const buffer = new LineBuffer((stream, text) => written.push(`${stream}: ${text}`));
  buffer.add('stdout', 'a\n');
  buffer.add('stdout', 'b\n');
  buffer.add('stderr', 'c\n');
  buffer.add('stdout', 'd\n');
  expect(written).toEqual(['stdout: a\nb\n', 'stderr: c\n']);
  await new Promise(setImmediate);
  expect(written[2]).toBe('stdout: d\n');
  buffer.add('stdout', 'x'.repeat(70_000));
  expect(written).toHaveLength(4);
  buffer.add('stderr', 'end\n');
  buffer.flush();
  buffer.flush();
  expect(written.slice(4)).toEqual(['stderr: end\n']);
});
