import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PruneResponse } from '../../src/lib/api/operation-types.js';
import type { ReconcileResponse } from '../../src/lib/api/service-types.js';
import type {
  DescribeTasksResponse,
  ListClustersResponse,
  RunTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User } from './longshore.js';
import { Registry } from './registry.js';

describeWithHosts('what is removed from real hosts', () => {
  let cluster: TestCluster;
  let user: User;
  const names = ['web1', 'web2', 'web3'];
  const spread = ['--placement-strategy', 'type=spread,field=instanceId'];

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
  });
  beforeEach(async () => {
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', ...names);
  });
  afterEach(async () => {
    for (const name of ['default', 'other'])
      await user.run(['delete-cluster', '--cluster', name, '--force', '--yes']);
    user.remove();
  });
  afterAll(async () => {
    await cluster?.release();
  });

  /** The lines that docker prints on the hosts. */
  const onEach = async (...args: string[]) => {
    const printed = await Promise.all(cluster.hosts.map((host) => host.docker(...args)));
    return printed.join('\n').split('\n').filter(Boolean);
  };
  const ours = () => onEach('ps', '--all', '--quiet', '--filter', 'label=longshore.task-id');
  const markers = () => onEach('volume', 'ls', '--quiet', '--filter', 'label=longshore.marker');
  const run = async (family: string, count: number) => {
    const { tasks = [] } = await user.json<RunTaskResponse>(
      ...['run-task', '--task-definition', family, '--count', `${count}`, ...spread],
    );
    return tasks.map(({ taskArn }) => idOf(taskArn));
  };

  describe('by prune', () => {
    it('is what stopped tasks have left, once it is old enough, or all', async () => {
      const family = await register(user, 'pruned', [
        container(),
        container({ name: 'side', essential: false }),
      ]);
      const [first = '', second = ''] = await run(family, 3);
      await user.ok('stop-task', '--task', first);
      const foreign = await cluster.hosts[0]!.docker('create', 'busybox', 'true');
      const prune = (...args: string[]) => user.json<PruneResponse>('prune', '--yes', ...args);
      const tasksIn = ({ hosts }: PruneResponse) =>
        new Set(hosts.flatMap(({ containers }) => containers.map(({ taskId }) => taskId)));
      expect(tasksIn(await prune())).toEqual(new Set());
      expect(tasksIn(await prune('--all', '--dry-run'))).toEqual(new Set([first]));
      expect(await ours()).toHaveLength(6);
      expect(tasksIn(await prune('--all'))).toEqual(new Set([first]));
      expect(await ours()).toHaveLength(4);
      // By the retention that the environment says.
      await user.ok('stop-task', '--task', second);
      const soon = await user.run(['prune', '--yes'], { env: { LONGSHORE_TASK_CLEANUP_WAIT: '0' } });
      expect(tasksIn(JSON.parse(soon.stdout) as PruneResponse)).toEqual(new Set([second]));
      expect(await ours()).toHaveLength(2);
      // What was is still known, and what isn't ours is still there.
      const { tasks } = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', first, second);
      expect(tasks?.map(({ lastStatus }) => lastStatus)).toEqual(['STOPPED', 'STOPPED']);
      await cluster.hosts[0]!.docker('rm', foreign);
    });

    it('are unused images that a registry has, where that is wanted', async () => {
      const registry = await Registry.start(cluster);
      try {
        const [host] = cluster.hosts;
        const image = registry.reference('pruned:1');
        // An image of its own: under another name it would belong to whoever has that.
        const made = (await host!.docker('create', 'busybox')).trim();
        await host!.docker('commit', '--change', 'LABEL made=here', made, image);
        await host!.docker('rm', made);
        await host!.docker('push', image);
        await host!.docker('rmi', image);
        await user.ok(
          'run-task',
          '--wait',
          '--task-definition',
          await register(user, 'pulled', [container({ image, command: ['true'] })]),
        );
        // By itself it goes only when it is old enough; what came from no registry stays.
        const reconciled = async (env: Record<string, string>) => {
          const { stdout } = await user.run(['reconcile', '--output', 'json'], { env });
          return (JSON.parse(stdout) as ReconcileResponse).clusters[0]?.removedImages;
        };
        const now = { LONGSHORE_TASK_CLEANUP_WAIT: '0', LONGSHORE_IMAGE_CLEANUP_INTERVAL: '0' };
        expect(await reconciled(now)).toBe(0);
        expect(await reconciled({ ...now, LONGSHORE_IMAGE_MINIMUM_CLEANUP_AGE: '0' })).toBe(1);
        expect(await onEach('images', '--quiet', image)).toEqual([]);
        await user.ok('run-task', '--wait', '--task-definition', 'pulled');
        const unused = async (...args: string[]) =>
          (await user.json<PruneResponse>('prune', '--all', '--yes', ...args)).hosts.flatMap(
            ({ images }) => images,
          );
        expect(await unused()).toEqual([]);
        const removed = await unused('--images');
        expect(removed.flatMap(({ names: each }) => each)).toContain(image);
        expect(await onEach('images', '--quiet', image)).toEqual([]);
        // busybox came from no registry.
        await host!.docker('image', 'inspect', 'busybox');
        expect(await unused('--images')).toEqual([]);
      } finally {
        registry.stop();
      }
    });
  });

  describe('by delete-cluster --force', () => {
    it('is all of the cluster: tasks, containers, markers, hosts', async () => {
      await run(await register(user, 'deleted', [container()]), 3);
      expect(await user.run(['delete-cluster', '--cluster', 'default', '--force'])).toMatchObject({
        code: 2,
      });
      expect(await ours()).toHaveLength(3);
      await user.ok('delete-cluster', '--cluster', 'default', '--force', '--yes');
      expect(await ours()).toEqual([]);
      expect(await markers()).toEqual([]);
      expect((await user.json<ListClustersResponse>('list-clusters')).clusterArns).toEqual([]);
      // The hosts are anybody's now.
      await user.ok('create-cluster', '--cluster-name', 'other', '--hosts', ...names);
    });

    it('is nothing where a host is away', async () => {
      await run(await register(user, 'kept', [container()]), 3);
      await cluster.hosts[1]!.inflict('sshd-stopped');
      try {
        const refused = await user.run([
          ...['delete-cluster', '--cluster', 'default', '--force', '--yes', '--connect-timeout', '3'],
        ]);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toContain("web2 doesn't answer. Nothing was changed.");
      } finally {
        await cluster.hosts[1]!.mendAll();
      }
      expect(await ours()).toHaveLength(3);
      await user.ok('delete-cluster', '--cluster', 'default', '--force', '--yes');
      expect(await ours()).toEqual([]);
    });
  });
});
