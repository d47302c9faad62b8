import { expect, it } from 'vitest';
import { parseEndpoint } from '../../../src/lib/remote/endpoint.js';

it.each([
  ['unix:///run/longshore.sock', { scheme: 'unix', path: '/run/longshore.sock' }],
  ['UNIX:///a b', { scheme: 'unix', path: '/a b' }],
  ['ssh://web1', { scheme: 'ssh', place: 'web1', path: undefined }],
  ['ssh://web1/', { scheme: 'ssh', place: 'web1', path: undefined }],
  ['ssh://ops@web1:2222', { scheme: 'ssh', place: 'ops@web1:2222', path: undefined }],
  ['ssh://ops@[::1]:22/run/l.sock', { scheme: 'ssh', place: 'ops@[::1]:22', path: '/run/l.sock' }],
  ['http://127.0.0.1:8080', { scheme: 'http', url: new URL('http://127.0.0.1:8080') }],
  ['https://ecs.example/', { scheme: 'http', url: new URL('https://ecs.example/') }],
])('%s', (text, endpoint) => expect(parseEndpoint(text)).toEqual(endpoint));

it.each([
  '',
  'web1',
  'unix://relative',
  'unix:///',
  'ssh://',
  'ftp://a',
  'http://',
  'file:///a',
  '127.0.0.1:80',
])('is none: %j', (text) => expect(parseEndpoint(text)).toBeUndefined());
