import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EcsError } from '../../../src/lib/api/errors.js';
import { formatAddress, parseAddress, parseJumps } from '../../../src/lib/hosts/address.js';

describe('parseAddress', () => {
  it.each([
    ['web3', { scheme: 'ssh', host: 'web3' }],
    ['deploy@10.0.0.11', { scheme: 'ssh', user: 'deploy', host: '10.0.0.11' }],
    ['user@host:2222', { scheme: 'ssh', user: 'user', host: 'host', port: 2222 }],
    ['host:22', { scheme: 'ssh', host: 'host', port: 22 }],
    ['[::1]:22', { scheme: 'ssh', host: '::1', port: 22 }],
    ['[fe80::1]', { scheme: 'ssh', host: 'fe80::1' }],
    ['me@fe80::1', { scheme: 'ssh', user: 'me', host: 'fe80::1' }],
    ['me@corp.example@web1', { scheme: 'ssh', user: 'me@corp.example', host: 'web1' }],
    ['ssh://user@host:2222', { scheme: 'ssh', user: 'user', host: 'host', port: 2222 }],
    ['ssh://host/', { scheme: 'ssh', host: 'host' }],
    [' web3 ', { scheme: 'ssh', host: 'web3' }],
    ['unix:///var/run/docker.sock', { scheme: 'unix', path: '/var/run/docker.sock' }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    ['', 'the host is missing'],
    ['user@', 'the host is missing'],
    ['@host', 'the user is missing'],
    ['-oProxyCommand=x', 'cannot begin with "-"'],
    ['user@-host', 'cannot begin with "-"'],
    ['-l@host', 'a user cannot begin with "-"'],
    ['a b', 'characters that no host name has'],
    ['a\nb', 'characters that no host name has'],
    ['host$(id)', 'characters that no host name has'],
    ['a;b@host', 'characters that no user name has'],
    ['host:0', 'not a number from 1 to 65535'],
    ['host:65536', 'not a number from 1 to 65535'],
    ['host:', 'not a number from 1 to 65535'],
    ['host:ssh', 'not a number from 1 to 65535'],
    ['tcp://host:2375', 'tcp:// is not a way to reach a host'],
    ['unix://docker.sock', 'not absolute'],
    ['x'.repeat(10_000), 'at most 253 characters'],
  ])('refuses %j', (text, fault) => {
    expect(() => parseAddress(text)).toThrow(EcsError);
    expect(() => parseAddress(text)).toThrow(fault);
    // A message stays readable whatever was given.
    expect(() => parseAddress(text)).toThrow(/^[^\n]{1,400}$/);
  });

  it('reads what it writes', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/);
    const host = fc.oneof(name, fc.ipV4(), fc.ipV6());
    const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
    fc.assert(
      fc.property(fc.option(name, { nil: undefined }), host, port, (user, to, at) => {
        const address = { scheme: 'ssh' as const, host: to, ...(user && { user }), ...(at && { port: at }) };
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });

  it('never lets anything through that ssh could take for an option or a shell for more than a word', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let address;
        try {
          address = parseAddress(text);
        } catch (error) {
          expect(error).toBeInstanceOf(EcsError);
          return;
        }
        if (address.scheme !== 'ssh') return;
        for (const word of [address.host, address.user ?? 'x']) {
          expect(word).toMatch(/^[^-]/);
          expect(word).not.toMatch(/[\s'"`$\\;&<>|(){}]/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseJumps', () => {
  it('reads several', () => {
    expect(parseJumps('bastion,me@b2:2222,ssh://c')).toEqual([
      { host: 'bastion' },
      { host: 'b2', user: 'me', port: 2222 },
      { host: 'c' },
    ]);
    expect(parseJumps('none')).toEqual([]);
    expect(() => parseJumps('a,,b')).toThrow('the host is missing');
  });
});
