import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse, RunTaskResponse, Volume } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { User } from './longshore.js';

const mounted = { mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] };
const volume = (scope: 'shared' | 'task'): { volumes: Volume[] } => ({
  volumes: [
    {
      name: 'data',
      dockerVolumeConfiguration: { scope, ...(scope === 'shared' && { autoprovision: true }) },
    },
  ],
});

describeWithHosts('a host whose disk is full', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product', count: 2 });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
    await user.run(['put-secret', '--name', 'key', '--value-file', '-'], { input: 'of the secret' });
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.host('web1').mendAll();
    await cluster?.release();
  });

  const left = async () => {
    const { stdout } = await cluster
      .host('web1')
      .shell('docker ps -aq; docker volume ls -q; docker network ls -q --filter label=longshore.network');
    return stdout;
  };

  it('is told of with the remedy, and nothing of a start is left there', async () => {
    const secrets = [{ name: '/run/secrets/key', valueFrom: 'key' }];
    user.write('web.env', 'A=b\n');
    const families = [
      await register(user, 'own', [container(mounted)], volume('task')),
      await register(user, 'shared', [container(mounted)], volume('shared')),
      await register(user, 'secret', [container({ secrets })]),
      await register(user, 'environment', [
        container({ environmentFiles: [{ type: 's3', value: 'web.env' }] }),
      ]),
      await register(user, 'awsvpc', [container()], { networkMode: 'awsvpc' }),
    ];
    const before = await left();
    await cluster.host('web1').inflict('disk-full');
    const env = { LONGSHORE_ENABLE_CONTAINER_METADATA: 'true', LONGSHORE_FILES_DIR: user.dir };
    for (const family of families) {
      const { code, stdout, stderr } = await user.run(['run-task', '--task-definition', family], { env });
      expect(stderr, family).toMatch(/^failed: web1: no space left on its disk; free disk space there: /);
      expect({ code, tasks: (JSON.parse(stdout) as RunTaskResponse).tasks }, family).toEqual({
        code: 4,
        tasks: [],
      });
    }
    await cluster.host('web1').mend('disk-full');
    await user.ok('prune', '--all', '--yes');
    expect(await left()).toBe(before);
  }, 120_000);

  it('has no empty volume afterwards that passes for the data, which is where the task went', async () => {
    await user.ok('register-container-instance', '--host', 'web2', '--name', 'web2');
    await cluster.host('web1').inflict('disk-full');
    const onWeb1 = ['--placement-strategy', 'type=spread,field=instanceId'];
    const { stderr } = await user.run(['run-task', '--task-definition', 'shared', '--count', '2', ...onWeb1]);
    expect(stderr).toMatch(/failed: web1: no space left/);
    expect(stderr).toMatch(/running on web2/);
    await cluster.host('web1').mend('disk-full');
    await user.ok('reconcile');
    const { tasks } = await user.json<DescribeTasksResponse>(
      ...['run-task', '--task-definition', 'shared', '--count', '2', '--dry-run', ...onWeb1],
    );
    expect(new Set(tasks?.map((task) => task.containerInstanceArn)).size).toBe(1);
    expect(await cluster.host('web1').docker('volume', 'ls', '-q', '--filter', 'name=data')).toBe('');
  });

  it('is pruned all the same', async () => {
    const sleeper = await register(user, 'sleeper', [container()]);
    const on = ['--placement-constraints', 'type=memberOf,expression=ec2InstanceId==web1'];
    await user.ok('run-task', '--task-definition', sleeper, ...on);
    const id = async () => (await left()).split('\n')[0];
    const running = await id();
    await cluster.host('web1').inflict('disk-full');
    const { taskArns = [] } = await user.json<{ taskArns?: string[] }>('list-tasks', '--family', 'sleeper');
    await user.ok('stop-task', '--task', taskArns[0] ?? '');
    await user.ok('prune', '--all', '--yes');
    expect(await id()).not.toBe(running);
  });
});
