import { expect, it } from 'vitest';
import { envFilePaths, mergeEnvFiles, parseEnvFile } from '../../../src/lib/api/env-file.js';

it('is read as ECS’s agent reads it', () => {
  const text = [
    '# comment=1',
    'PLAIN=one',
    'QUOTED="two $PLAIN"',
    ' SPACED = three ',
    'export EXPORTED=four',
    'URL=http://a/?b=c#d',
    'EMPTY=',
    '=nameless',
    'no variable',
    'PLAIN=again\r',
    '',
  ].join('\n');
  expect(parseEnvFile(text)).toEqual([
    { name: 'PLAIN', value: 'again' },
    { name: 'QUOTED', value: '"two $PLAIN"' },
    { name: ' SPACED ', value: ' three ' },
    { name: 'export EXPORTED', value: 'four' },
    { name: 'URL', value: 'http://a/?b=c#d' },
  ]);
});

it('of several files the first counts', () => {
  const files = ['A=1\nB=1', 'B=2\nC=2'].map(parseEnvFile);
  expect(Object.fromEntries(mergeEnvFiles(files).map(({ name, value }) => [name, value]))).toEqual({
    A: '1',
    B: '1',
    C: '2',
  });
});

it.each([
  ['web.env', ['web.env']],
  ['arn:aws:s3:::config/prod/web.env', ['config/prod/web.env', 'prod/web.env', 'web.env']],
  ['arn:aws:s3:::config/web.env', ['config/web.env', 'web.env']],
  ['arn:aws:s3:::config/../../etc/passwd', undefined],
  ['arn:aws:s3:::config//etc', ['config/etc', 'etc']],
  ['arn:aws:s3:::config/a//b', undefined],
  ['arn:aws:s3:::config', undefined],
  ['arn:aws:iam::1:role/x', undefined],
  ['', undefined],
])('%s is looked for at %j', (value, paths) => expect(envFilePaths(value)).toEqual(paths));
