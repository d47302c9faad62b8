import { expect, it } from 'vitest';
import { isThisMachine } from '../../../src/lib/api/this-machine.js';

it.each(['localhost', 'LOCALHOST', 'api.moby.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])(
  '%s is this machine',
  (host) => expect(isThisMachine(host)).toBe(true),
);

it.each([
  '',
  'docker',
  'mylocalhost',
  'localhost.example',
  '127.0.0.1.example',
  '127.example',
  '0.0.0.0',
  '::',
  '[::2]',
  '.localhost',
])('%j is not', (host) => expect(isThisMachine(host)).toBe(false));
