import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createLog } from '../../../src/lib/server/log.js';

it('logs of a fault where it was, and nothing of what libraries hang on to it', () => {
  const lines: string[] = [];
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    lines.push(chunk.toString());
    done();
  };
  const error = Object.assign(new Error('broken\n{"level":"info"}'), {
    code: 'EX',
    config: { headers: { authorization: 'AWS4 hush' } },
    input: { value: 'hush' },
  });
  createLog('info', new Writable({ write })).error({ err: error }, 'fault');
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  expect(line.trimEnd()).not.toContain('\n');
  expect(line).not.toContain('hush');
  expect(JSON.parse(line)).toMatchObject({
    err: { name: 'Error', code: 'EX', stack: expect.any(String) as string },
  });
});
