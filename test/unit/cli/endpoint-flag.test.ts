import { afterEach, expect, it } from 'vitest';
import { globalFlags, globalOptions } from '../../../src/lib/cli/globals.js';
import { parseWords } from '../../../src/lib/cli/words.js';

afterEach(() => delete process.env['LONGSHORE_ENDPOINT']);

it('LONGSHORE_ENDPOINT that is none is told of without its password', () => {
  process.env['LONGSHORE_ENDPOINT'] = 'sshh://u:secret@web1';
  expect(() => globalOptions(parseWords([], globalFlags))).toThrow(
    'LONGSHORE_ENDPOINT takes ssh://, unix://, http:// or https://, not "sshh://u:***@web1"',
  );
});
