import { backAddress, frontAddress, maxBackHosts, maxFrontHosts, type Subnet } from './network.js';
import type { HostSpec } from './host.js';

export type ClusterOptions = {
  /** Hosts with an engine, called web1, web2 …; default 3. */
  count?: number;
  /** Clusters of one checkout with different names exist side by side; default `default`. */
  name?: string;
  /** Put a jump host `bastion` in between: the others are reached through it only. */
  jump?: boolean;
  /** Pretended memory of each host in MiB; default: all of the machine's. */
  memory?: number;
  /** Who logs in: `deploy` (in the group docker; default) or `root`. Both are let in. */
  user?: 'deploy' | 'root';
  /** Images (`repository:tag`) besides the standard ones: the busybox file system under further names. */
  images?: string[];
  /** Leave the hosts up at `release()`; default: if LONGSHORE_TEST_KEEP_HOSTS=1, or they were up to stay before. */
  keep?: boolean;
  /** Told what is being done, a line at a time. */
  log?: (line: string) => void;
};

/** The options that make one cluster different from another. */
export type ClusterShape = Required<Pick<ClusterOptions, 'count' | 'jump' | 'user' | 'images'>> & {
  memory?: number;
};

export function shapeOf(options: ClusterOptions): ClusterShape {
  const { count = 3, jump = false, user = 'deploy', images = [], memory } = options;
  const most = jump ? maxBackHosts : maxFrontHosts;
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new Error(`Number of test hosts: ${count}; from 1 to ${most} are possible.`);
  }

  return { count, jump, user, images, ...(memory === undefined ? {} : { memory }) };
}

/** The hosts of a cluster, the jump host first. */
export function planHosts(shape: ClusterShape, subnet: Subnet): HostSpec[] {
  const numbers = Array.from({ length: shape.count }, (_, n) => n + 1);
  const common = { user: shape.user, engine: true, memory: shape.memory };
  if (!shape.jump) {
    return numbers.map((n) => {
      const address = frontAddress(subnet, n);
      return { ...common, name: `web${n}`, address, legs: [{ side: 'front', address }] };
    });
  }

  const bastion: HostSpec = {
    name: 'bastion',
    address: frontAddress(subnet, 0),
    user: shape.user,
    engine: false,
    legs: [
      { side: 'front', address: frontAddress(subnet, 0) },
      { side: 'back', address: backAddress(subnet, 0) },
    ],
  };
  const hidden = numbers.map((n): HostSpec => {
    const address = backAddress(subnet, n);
    return { ...common, name: `web${n}`, address, legs: [{ side: 'back', address }], jumpVia: 'bastion' };
  });
  return [bastion, ...hidden];
}
