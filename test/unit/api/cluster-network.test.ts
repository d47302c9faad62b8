import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterNetwork } from '../../../src/lib/api/cluster-network.js';
import { addressNumber, addressText, blockOf } from '../../../src/lib/api/ipv4.js';

const network = { driver: 'macvlan', parent: 'eth0', subnet: '10.0.0.0/24' };

describe('the network of a cluster', () => {
  it.each([
    [network],
    [{ ...network, driver: 'ipvlan', parent: 'bond0.120' }],
    [{ ...network, gateway: '10.0.0.1', range: '10.0.0.128/25' }],
  ])('is kept as given: %j', (given) => {
    expect(clusterNetwork(given)).toEqual(given);
  });

  it('is nothing in common where each host has a bridge', () => {
    expect(clusterNetwork(undefined)).toBeUndefined();
    expect(clusterNetwork({ driver: 'bridge' })).toBeUndefined();
  });

  it.each([
    [{}, /driver is missing.*parent.*subnet/s],
    [{ ...network, driver: 'overlay' }, /driver is "overlay"/],
    [{ driver: 'bridge', subnet: '10.0.0.0/24' }, /bridge takes no other members/],
    [{ ...network, parent: 'eth0; rm -rf /' }, /parent/],
    [{ ...network, parent: 'a'.repeat(16) }, /parent/],
    [{ ...network, subnet: '10.0.0.1/24' }, /subnet/],
    [{ ...network, subnet: '10.0.0.0/31' }, /subnet/],
    [{ ...network, subnet: 'fd00::/64' }, /subnet/],
    [{ ...network, gateway: '10.0.1.1' }, /gateway/],
    [{ ...network, range: '10.0.1.0/28' }, /range/],
  ])('is refused with the remedy: %j', (given, words) => {
    expect(() => clusterNetwork(given)).toThrow(words);
  });
});

it('addresses are numbers and back', () => {
  fc.assert(fc.property(fc.ipV4(), (text) => addressText(addressNumber(text) ?? -1) === text));
  expect(['256.0.0.1', '1.2.3', '1.2.3.4.5', 'a.b.c.d', ''].map(addressNumber)).toEqual(
    Array(5).fill(undefined),
  );
  expect(blockOf('10.0.0.128/25')).toEqual({ first: addressNumber('10.0.0.128'), size: 128 });
});
