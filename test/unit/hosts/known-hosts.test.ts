import { describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  formatKnownHost,
  judgeHostKey,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../src/lib/hosts/known-hosts.js';
import { makeKey } from './keys.js';

const [key, other] = [makeKey(), makeKey()];
const rsa = makeKey('rsa');
const line = (hosts: string, which = key, marker = '') => `${marker}${hosts} ${which.public}`;
const judge = (text: string, host = 'web3', port = 22, which = key) =>
  judgeHostKey(parseKnownHosts(text, '/kh'), host, port, which.blob).known;

describe('parseKnownHosts', () => {
  it('skips comments, blank lines and what makes no sense', () => {
    const text = [
      '# comment',
      '',
      'web3',
      'web3 ssh-ed25519',
      'web3 ssh-ed25519 AAAA',
      '@other web3 x y',
      line('web3'),
    ];
    expect(parseKnownHosts(text.join('\n'), '/kh')).toMatchObject([
      { file: '/kh', line: 7, hosts: 'web3', type: 'ssh-ed25519' },
    ]);
  });
});

describe('judgeHostKey', () => {
  it.each([
    ['web3', 22],
    ['other,web3', 22],
    ['web*', 22],
    ['w?b3', 22],
    ['WEB3', 22],
    ['*,!web4', 22],
    ['[web3]:2222', 2222],
    ['[web*]:2222', 2222],
    // What is known on the usual port is good on another.
    ['web3', 2222],
  ])('knows %s on port %i', (hosts, port) => {
    expect(judge(line(hosts), 'web3', port)).toBe('yes');
  });

  it.each([
    ['web', 22],
    ['web33', 22],
    ['*,!web3', 22],
    ['[web3]:2222', 22],
    ['[web3]:2222', 2223],
    ['web.', 22],
  ])('takes nothing from %s on port %i', (hosts, port) => {
    expect(judge(line(hosts), 'web3', port)).toBe('no');
  });

  it('reads hashed names', () => {
    const hashed = formatKnownHost('web3', 22, key.blob, true);
    expect(hashed).not.toContain('web3');
    expect(judge(hashed)).toBe('yes');
    expect(judge(hashed, 'web4')).toBe('no');
    const onPort = formatKnownHost('web3', 2222, key.blob, true);
    expect(judge(onPort, 'web3', 2222)).toBe('yes');
    expect(judge(onPort, 'web3', 22)).toBe('no');
    // Made by `ssh-keygen -H` of OpenSSH 9.2.
    const real = '|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ';
    expect(judge(`${real}${key.public}`, '192.168.1.61')).toBe('yes');
  });

  it('says where another key is known', () => {
    const entries = parseKnownHosts(`${line('a', other)}\n${line('web3', other)}`, '/kh');
    const verdict = judgeHostKey(entries, 'web3', 22, key.blob);
    expect(verdict).toMatchObject({ known: 'changed', entry: { file: '/kh', line: 2 } });
  });

  it('takes a key of another kind for a changed one, and one of several for known', () => {
    expect(judge(line('web3', rsa))).toBe('changed');
    expect(judge(`${line('web3', rsa)}\n${line('web3', other)}\n${line('web3')}`)).toBe('yes');
  });

  it('refuses revoked keys even where they are known', () => {
    expect(judge(`${line('web3')}\n${line('*', key, '@revoked ')}`)).toBe('revoked');
    expect(judge(`${line('web3')}\n${line('web4', key, '@revoked ')}`)).toBe('yes');
    expect(judge(`${line('web3')}\n${line('*', other, '@revoked ')}`)).toBe('yes');
  });

  it('says that only an authority is known', () => {
    expect(judge(line('web3', other, '@cert-authority '))).toBe('authority');
    expect(judge(`${line('*', other, '@cert-authority ')}\n${line('web3')}`)).toBe('yes');
    // An authority's own key is not a host's.
    expect(judge(line('web3', key, '@cert-authority '))).toBe('authority');
  });
});

it('knownKeyTypes names the kinds to ask for', () => {
  const entries = parseKnownHosts(
    `${line('web3', rsa)}\n${line('web3')}\n${line('a', makeKey('ecdsa'))}`,
    '/kh',
  );
  expect(knownKeyTypes(entries, 'web3', 22)).toEqual(['ssh-rsa', 'ssh-ed25519']);
});

it('fingerprintOf prints as ssh-keygen does', () => {
  const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIJxYkgjPXMCrz8Vs5tCoh4KyNXqrJp9+ZXqlcSWxRPkL', 'base64');
  expect(fingerprintOf(blob)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
});
