import { expect, it } from 'vitest';
import { reachFailure } from '../../../src/lib/remote/reach-failure.js';

it.each([
  ['ECONNREFUSED', '10.0.0.1:8080', 'Check the endpoint and its port'],
  [
    'ECONNREFUSED',
    '/run/l.sock',
    'Check the path, or start the server: longshore serve --socket /run/l.sock',
  ],
  ['ENOENT', '/a b.sock', "Check the path, or start the server: longshore serve --socket '/a b.sock'"],
  ['EACCES', '/run/l.sock', 'A socket is for the user whom its server runs as'],
])('%s at %s: what to do about it', (code, name, remedy) => {
  expect(reachFailure(Object.assign(new Error(code), { code }), name)).toMatchObject({ remedy });
});
