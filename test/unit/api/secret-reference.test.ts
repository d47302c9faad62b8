import { describe, expect, it } from 'vitest';
import { isSecretName, parseSecretReference, secretVariable } from '../../../src/lib/api/secret-reference.js';

const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf';
const named = (...names: string[]) => ({ source: { kind: 'named', names } });

describe('valueFrom', () => {
  it.each([
    ['DB_URL', named('DB_URL')],
    ['/prod/db', named('prod/db')],
    ['arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db', named('prod/db')],
    ['arn:aws:ssm:eu-west-1:123456789012:parameter:/prod/db', named('prod/db')],
    [secret, named('prod/db-AbCdEf', 'prod/db')],
    [`${secret}:password::`, { ...named('prod/db-AbCdEf', 'prod/db'), jsonKey: 'password' }],
    [`${secret}::AWSCURRENT:`, named('prod/db-AbCdEf', 'prod/db')],
    [`${secret}::AWSPREVIOUS:`, { ...named('prod/db-AbCdEf', 'prod/db'), version: 'AWSPREVIOUS' }],
    [
      `${secret}:key::1234-5678`,
      { ...named('prod/db-AbCdEf', 'prod/db'), jsonKey: 'key', version: '1234-5678' },
    ],
    // A name that looks as if AWS had ended it.
    ['arn:aws:secretsmanager:r:1:secret:db-secret', named('db-secret', 'db')],
    ['arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${SecretId}', named('${SecretId}')],
    ['env:TOKEN', { source: { kind: 'environment', name: 'TOKEN' } }],
    ['file:/run/keys/a:b', { source: { kind: 'file', path: '/run/keys/a:b' } }],
  ])('%s', (text, reference) => expect(parseSecretReference(text)).toEqual(reference));

  it.each(['', 'env:', 'env:A=B', 'file:', 'vault:db', 'a\nb', '/', 'arn:'])('%j is none', (text) =>
    expect(parseSecretReference(text)).toBeUndefined(),
  );
});

it('names of secrets', () => {
  expect(['DB_URL', 'prod/db', 'a+b=c@d.e-f', 'rds!db-1', 'a/..b'].filter(isSecretName)).toHaveLength(5);
  expect(['a/../b', 'a/..', 'a"]["b', '$(x)', 'a\n'].filter(isSecretName)).toEqual([]);
  expect(['', '-x', '/x', '../x', 'a b', 'a:b', 'é', 'x'.repeat(513)].filter(isSecretName)).toEqual([]);
  expect(secretVariable('prod/db-url.x')).toBe('LONGSHORE_SECRET_PROD_DB_URL_X');
});
