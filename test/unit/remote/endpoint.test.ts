import { expect, it } from 'vitest';
import { parseApiUrl, parseEndpoint } from '../../../src/lib/remote/endpoint.js';

it.each([
  ['unix:///run/longshore.sock', { scheme: 'unix', path: '/run/longshore.sock' }],
  ['UNIX:///a b', { scheme: 'unix', path: '/a b' }],
  ['ssh://web1', { scheme: 'ssh', place: 'web1', address: { scheme: 'ssh', host: 'web1' }, path: undefined }],
  [
    'ssh://web1/',
    { scheme: 'ssh', place: 'web1', address: { scheme: 'ssh', host: 'web1' }, path: undefined },
  ],
  [
    'ssh://ops@web1:2222',
    {
      scheme: 'ssh',
      place: 'ops@web1:2222',
      address: { scheme: 'ssh', host: 'web1', user: 'ops', port: 2222 },
      path: undefined,
    },
  ],
  [
    'ssh://ops@[::1]:22/run/l.sock',
    {
      scheme: 'ssh',
      place: 'ops@[::1]:22',
      address: { scheme: 'ssh', host: '::1', user: 'ops', port: 22 },
      path: '/run/l.sock',
    },
  ],
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
])('is none: %j', (text) => expect(() => parseEndpoint(text)).toThrow(`${text} is no endpoint`));

it.each([
  ['https://u:pw@host', 'https://u:***@host is no endpoint: a URL is no place for credentials'],
  ['https://u@host', 'https://u@host is no endpoint: a URL is no place for credentials'],
  ['http://host/?x=1', 'http://host/?x=1 is no endpoint: it has a query or a fragment'],
  ['http://host/#x', 'http://host/#x is no endpoint: it has a query or a fragment'],
  ['https://host/below', 'https://host/below is no endpoint: a longshore server has no path before it'],
  ['ssh://u:p@w@web1', 'ssh://u:***@web1 is no endpoint: SSH takes a key, not a password'],
  ['ssh://web1:99999', 'ssh://web1:99999 is no endpoint: the port "99999" is not a number from 1 to 65535'],
  ['ftp://u:pw@host', 'ftp://u:***@host is no endpoint'],
  ['ssh://u:a/b@web1', 'ssh://u:***@web1 is no endpoint: the port "a" is not a number from 1 to 65535'],
])('%s is refused, without its password', (text, message) =>
  expect(() => parseEndpoint(text)).toThrow(
    expect.objectContaining({ name: 'EndpointError', message, remedy: expect.any(String) as string }),
  ),
);

it("another server's URL keeps its path, and has nothing else", () => {
  expect(parseApiUrl('https://host/below').href).toBe('https://host/below');
  expect(() => parseApiUrl('https://u:pw@host')).toThrow('https://u:***@host is no endpoint');
});
