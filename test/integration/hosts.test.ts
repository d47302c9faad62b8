import { afterAll, beforeAll, describe } from 'vitest';
import type { HostAddress } from '../../src/lib/hosts/address.js';
import type { Hosts } from '../../src/lib/hosts/hosts.js';
import { openHosts, type OpenHostsOptions } from '../../src/lib/hosts/open-hosts.js';
import { dockerHostContract } from '../contract/docker-host.contract.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';

const image = 'busybox:latest';

describeWithHosts('hosts', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await acquire({ name: 'hosts', count: 2 });
  });
  afterAll(() => cluster?.release());

  const open = (options: Partial<OpenHostsOptions> = {}): Hosts =>
    openHosts({ local: { name: 'root', home: '/root' }, sshConfigFile: cluster.sshConfigPath, ...options });
  const ssh = (host: string): HostAddress => ({ scheme: 'ssh', host });

  const subject = async (address: HostAddress) => {
    const hosts = open();
    return { host: await hosts.connect(address, 'web1'), image, close: () => hosts.close() };
  };

  dockerHostContract('through SSH', () => subject(ssh('web1')));

  describe('where sshd forwards no sockets', () => {
    beforeAll(() => cluster.host('web2').inflict('stream-local-forbidden'));
    afterAll(() => cluster.host('web2').mend('stream-local-forbidden'));
    dockerHostContract("through docker's dial-stdio", () => subject(ssh('web2')));
  });

  dockerHostContract('by the socket', async () => {
    const path = cluster.host('web1').dockerSocket;
    return { ...(await subject({ scheme: 'unix', path })), elsewhere: true };
  });
});
