import { afterEach } from 'vitest';
import type { HostAddress } from '../../src/lib/hosts/address.js';
import type { HostError } from '../../src/lib/hosts/host-error.js';
import type { Hosts } from '../../src/lib/hosts/hosts.js';
import { openHosts, type OpenHostsOptions } from '../../src/lib/hosts/open-hosts.js';
import type { TestCluster } from '../hosts/cluster.js';

export type Open = (options?: Partial<OpenHostsOptions>) => Hosts;

/** Opens hosts with a test cluster's SSH configuration; they are closed when the test ends. */
export function opener(cluster: TestCluster): Open {
  return (options = {}) => {
    const hosts = openHosts({
      local: { name: 'root', home: '/root' },
      sshConfigFile: cluster.sshConfigPath,
      ...options,
    });
    opened.push(hosts);
    return hosts;
  };
}

const opened: Hosts[] = [];

afterEach(async () => {
  for (const hosts of opened.splice(0)) await hosts.close();
});

export function ssh(host: string, more: { identityFile?: string } = {}): HostAddress {
  return { scheme: 'ssh', host, ...more };
}

/** The error of what must not work. */
export async function failing(promise: Promise<unknown>): Promise<HostError> {
  try {
    await promise;
  } catch (error) {
    return error as HostError;
  }
  throw new Error('it worked');
}
