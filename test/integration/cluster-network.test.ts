import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse, RunTaskResponse, Task } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts, describeWithLinks } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User } from './longshore.js';

const serve = 'mkdir /w; hostname > /w/index.html; exec httpd -f -p 80 -h /w';
const addressOf = ({ attachments }: Task) =>
  attachments?.[0]?.details?.find(({ name }) => name === 'privateIPv4Address')?.value ?? '';

describeWithHosts('a network that all hosts of a cluster have in common', () => {
  let cluster: TestCluster;
  let user: User;
  /** `driver=…,parent=eth0,…` with room for four tasks in the hosts' own network. */
  const network = (driver: string, first: number) => {
    const prefix = cluster.host('web1').address.replace(/\.\d+$/, '');
    return `driver=${driver},parent=eth0,subnet=${prefix}.0/24,range=${prefix}.${first}/30`;
  };

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
  });
  // An engine has one such network on an interface.
  afterEach(() => user?.run(['delete-cluster', '--cluster', 'default', '--force', '--yes']));
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const definition = (who: User) => {
    const part = container({ name: 'app', command: ['sh', '-c', serve] });
    return register(who, 'web', [part], { networkMode: 'awsvpc' });
  };
  const run = async (who: User, count: number, ...more: string[]) => {
    const spread = ['--placement-strategy', 'type=spread,field=instanceId'];
    const args = ['--task-definition', 'web', '--count', String(count), ...spread, ...more];
    // Exit codes tell of tasks without a place, and of those that failed.
    const { stdout, stderr } = await who.run(['run-task', ...args]);
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout) as RunTaskResponse;
  };
  const fetch = async (from: Task | undefined, address: string) =>
    user.ok('execute-command', '--task', idOf(from?.taskArn), '--', 'wget', '-qO-', `http://${address}/`);
  const networks = async (host: string) =>
    (await cluster.host(host).docker('network', 'ls', '-q', '--filter', 'label=longshore.network')).trim();

  // Of each driver its own addresses: neighbours remember what card had one.
  describeWithLinks('macvlan', (driver) => behaves(driver, 160));
  describeWithLinks('ipvlan', (driver) => behaves(driver, 176));

  function behaves(driver: string, first: number): void {
    it('tasks of different hosts reach each other by their addresses', async () => {
      await user.ok('create-cluster', '--network', network(driver, first), '--hosts', 'web1', 'web2');
      await definition(user);
      const { tasks = [], failures } = await run(user, 4);
      expect(failures).toEqual([]);
      expect(new Set(tasks.map(addressOf)).size).toBe(4);
      const [one, ...others] = tasks;
      expect(new Set(tasks.map((task) => task.containerInstanceArn)).size).toBe(2);
      for (const other of others)
        expect((await fetch(one, addressOf(other))).stdout).toMatch(/^[0-9a-f]{12}$/m);
      const full = await run(user, 1);
      expect(full).toMatchObject({ tasks: [], failures: [{ reason: 'RESOURCE:ENI' }] });
      const change = await user.run(['update-cluster', '--cluster', 'default', '--network', 'driver=bridge']);
      expect(change.stderr).toMatch(/4 tasks of the cluster default have addresses of its network/);
      const { tasks: known } = await user.json<DescribeTasksResponse>(
        'describe-tasks',
        '--tasks',
        idOf(one?.taskArn),
      );
      expect(known?.[0]?.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address).toBe(
        addressOf(one ?? {}),
      );
      await user.ok('delete-cluster', '--cluster', 'default', '--force', '--yes');
      expect([await networks('web1'), await networks('web2')]).toEqual(['', '']);
    });

    it('two states that know nothing of each other take different addresses on one host', async () => {
      const colleague = new User(cluster);
      try {
        for (const who of [user, colleague]) {
          await who.ok('create-cluster', '--network', network(driver, first + 4), '--hosts', 'web1');
          await definition(who);
        }
        const started = await Promise.all([run(user, 2), run(colleague, 2)]);
        const tasks = started.flatMap((answer) => answer.tasks ?? []);
        expect(tasks.map((task) => task.lastStatus)).toEqual(Array(4).fill('RUNNING'));
        expect(new Set(tasks.map(addressOf)).size).toBe(4);
      } finally {
        await user.run(['delete-cluster', '--cluster', 'default', '--force', '--yes']);
        colleague.remove();
      }
    });

    it('a host without the interface is told of as it joins, and by each task that lands there', async () => {
      const eth9 = network(driver, first + 8).replace('eth0', 'eth9');
      const made = await user.run(['create-cluster', '--network', eth9, '--hosts', 'web1']);
      expect(made.stderr).toMatch(/web1 has no interface eth9, which the cluster's network is on/);
      const shown = await user.ok('describe-clusters', '--clusters', 'default');
      expect(shown.stdout).toContain('eth9');
      await definition(user);
      const { tasks } = await run(user, 1);
      expect(tasks).toMatchObject([
        {
          stopCode: 'TaskFailedToStart',
          stoppedReason: expect.stringContaining('no interface eth9') as string,
        },
      ]);
      await user.ok('update-cluster', '--cluster', 'default', '--network', network(driver, first + 8));
      expect(await run(user, 1)).toMatchObject({ tasks: [{ lastStatus: 'RUNNING' }] });
    });
  }
});
