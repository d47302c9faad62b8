import { EcsError } from './errors.js';
import { addressNumber, blockOf, isWithin } from './ipv4.js';
import type { ClusterNetwork } from './operation-types.js';
import { shorten } from './shorten.js';

/** A network that the hosts of a cluster have in common, so that addresses of tasks mean the same on each. */
export type SharedNetwork = Required<Pick<ClusterNetwork, 'parent' | 'subnet'>> &
  ClusterNetwork & { driver: 'macvlan' | 'ipvlan' };

/**
 * The network of a cluster's awsvpc tasks as it is kept; undefined for `bridge`, where each host has one of its own.
 * Throws InvalidParameterException, with all that is wrong.
 */
export function clusterNetwork(given: ClusterNetwork | undefined): SharedNetwork | undefined {
  if (given === undefined) return undefined;
  const { driver, parent, subnet, gateway, range } = given;
  const problems: string[] = [];
  if (driver === 'bridge' || driver === undefined) {
    if (driver === 'bridge' && !parent && !subnet && !gateway && !range) return undefined;
    problems.push(
      driver === undefined
        ? 'network.driver is missing: bridge, macvlan or ipvlan'
        : 'network.driver bridge takes no other members: each host chooses the addresses of its own bridge',
    );
  } else if (driver !== 'macvlan' && driver !== 'ipvlan') {
    problems.push(`network.driver is "${shorten(driver)}"; it takes bridge, macvlan or ipvlan`);
  }
  // The kernel's names of interfaces, VLANs of them (eth0.10) included.
  if (driver !== 'bridge' && !/^[\w@-][\w.@:-]{0,14}$/.test(parent ?? ''))
    problems.push('network.parent has to name an interface that the hosts have, such as eth0');
  if (driver !== 'bridge') problems.push(...addressProblems({ subnet, gateway, range }));
  if (problems.length > 0) {
    throw new EcsError(
      'InvalidParameterException',
      `${problems.join('. ')}.`,
      'For example: --network driver=macvlan,parent=eth0,subnet=10.0.0.0/24,gateway=10.0.0.1,range=10.0.0.128/25',
    );
  }
  return {
    driver: driver as SharedNetwork['driver'],
    parent: parent ?? '',
    subnet: subnet ?? '',
    ...(gateway ? { gateway } : {}),
    ...(range ? { range } : {}),
  };
}

function addressProblems({ subnet, gateway, range }: ClusterNetwork): string[] {
  const all = blockOf(subnet ?? '');
  if (all === undefined || all.size < 4 || all.size > 2 ** 24)
    return ['network.subnet has to be a block of IPv4 addresses, /8 to /30, such as 10.0.0.0/24'];
  const problems: string[] = [];
  const router = addressNumber(gateway ?? '');
  if (gateway && (router === undefined || !isWithin({ first: router, size: 1 }, all)))
    problems.push('network.gateway has to be an address of network.subnet');
  const part = blockOf(range ?? '');
  if (range && (part === undefined || !isWithin(part, all)))
    problems.push(
      'network.range has to be a block of addresses within network.subnet, such as 10.0.0.128/25',
    );
  return problems;
}
