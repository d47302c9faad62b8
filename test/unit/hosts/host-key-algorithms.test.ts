import { expect, it } from 'vitest';
import { hostKeyAlgorithms } from '../../../src/lib/hosts/ssh-hop.js';

it('puts in front what is known of the host', () => {
  expect(hostKeyAlgorithms(['ecdsa-sha2-nistp256', 'ssh-rsa']).slice(0, 3)).toEqual([
    'ecdsa-sha2-nistp256',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ]);
});

it.each([
  [[], false],
  [['ssh-ed25519'], false],
  [['ssh-ed25519', 'ssh-rsa'], false],
  [['ssh-rsa'], true],
])('of a host with %j, takes SHA-1: %s', (known, takes) => {
  expect(hostKeyAlgorithms(known).includes('ssh-rsa')).toBe(takes);
});
