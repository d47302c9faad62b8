import { expect, it } from 'vitest';
import { secretFileProblems, secretFolders } from '../../../src/lib/api/secret-files.js';

const named = (...names: string[]) => ({
  name: 'app',
  secrets: names.map((name) => ({ name, valueFrom: 'x' })),
});

it('are those whose name is a path, in their folders', () => {
  const container = named('DB', '/run/secrets/a', '/run/secrets/b', '/keys/c');
  expect(secretFolders(container)).toEqual(['/run/secrets', '/keys']);
  expect(secretFileProblems(container)).toEqual([]);
});

it.each([
  ['/run/../secrets/a', 'plain path'],
  ['/run/secrets/', 'plain path'],
  ['/run/secrets//a', 'plain path'],
  ['/run/sec:rets/a', 'plain path'],
  ['/etc/passwd', 'would hide what else is in'],
  ['/key', 'would hide what else is in'],
])('are refused at %s', (name, problem) => {
  expect(
    secretFileProblems(named(name))
      .map(({ text }) => text)
      .join(),
  ).toContain(problem);
});

it('are refused where something else is mounted, and twice', () => {
  const mountPoints = [{ sourceVolume: 'data', containerPath: '/run/secrets/' }];
  expect(secretFileProblems({ ...named('/run/secrets/a'), mountPoints })).not.toEqual([]);
  const linuxParameters = { tmpfs: [{ containerPath: '/run/secrets', size: 1 }] };
  expect(secretFileProblems({ ...named('/run/secrets/a'), linuxParameters })).not.toEqual([]);
  expect(secretFileProblems(named('/run/secrets/a', '/run/secrets/a'))).toMatchObject([
    { at: 'secrets[1].name' },
  ]);
});
