import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeContainerInstancesResponse, RunTaskResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { labelled } from './labels.js';
import { User } from './longshore.js';

describeWithHosts('a host said to have a GPU, whose engine has no driver for it', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    const hosts = [{ host: 'web1', gpus: 1 }, { host: 'web2' }];
    await user.ok('create-cluster', '--hosts-file', user.write('hosts.json', { hosts }));
    await register(user, 'train', [container({ resourceRequirements: [{ type: 'GPU', value: '1' }] })]);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  it('has it as a resource; the other has none', async () => {
    const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
      'describe-container-instances',
      '--container-instances',
      'web1',
      'web2',
    );
    const gpus = containerInstances.map(
      ({ registeredResources = [] }) => registeredResources.find(({ name }) => name === 'GPU')?.integerValue,
    );
    expect(gpus).toEqual([1, undefined]);
  });

  it("fails the task in the engine's own words and leaves nothing behind", async () => {
    const outcome = await user.run(['run-task', '--task-definition', 'train']);
    expect(outcome.code, outcome.stderr).toBe(1);
    const { tasks = [] } = JSON.parse(outcome.stdout) as RunTaskResponse;
    expect(tasks[0]?.containers?.[0]?.reason).toMatch(
      /^CannotStartContainerError: could not select device driver "nvidia"/,
    );
    expect(await labelled(cluster.hosts)).toEqual([]);
  });

  it('is the only one considered', async () => {
    const requirements = JSON.stringify({
      containerOverrides: [{ name: 'main', resourceRequirements: [{ type: 'GPU', value: '2' }] }],
    });
    const outcome = await user.run(['run-task', '--task-definition', 'train', '--overrides', requirements]);
    expect(outcome.code).toBe(4);
    const { failures = [] } = JSON.parse(outcome.stdout) as RunTaskResponse;
    expect(failures).toMatchObject([{ reason: 'RESOURCE:GPU' }]);
    expect(failures[0]?.detail).toMatch(/2 of 2 hosts lack 2 GPUs \(.*web1 has 1/);
  });
});

describeWithHosts('a host whose engine has the driver', () => {
  let cluster: TestCluster;
  let user: User;
  /** What engines look for at their start. It would put the GPUs in; here it only has to be there. */
  const hook = '/usr/local/bin/nvidia-container-runtime-hook';
  const engineWith = async (command: string) => {
    await cluster.host('web1').shell(command);
    await cluster.host('web1').restartEngine();
  };

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await engineWith(`mkdir -p /usr/local/bin; ln -sf /bin/true ${hook}`);
    const hosts = [{ host: 'web1', gpus: 3 }];
    await user.ok('create-cluster', '--hosts-file', user.write('hosts.json', { hosts }));
  });
  afterAll(async () => {
    await engineWith(`rm -f ${hook}`);
    user?.remove();
    await cluster?.release();
  });

  it('gives each container GPUs of its own, as many as it wants', async () => {
    const wants = (name: string, value: string) =>
      container({
        name,
        essential: name === 'main',
        resourceRequirements: [{ type: 'GPU', value }],
        // NVIDIA's part makes devices of it.
        command: ['sh', '-c', 'echo "has $NVIDIA_VISIBLE_DEVICES"; sleep 1'],
      });
    const family = await register(user, 'pair', [wants('main', '2'), wants('side', '1')]);
    const { stdout, stderr } = await user.run(['run-task', '--task-definition', family, '--follow']);
    const lists = [...stdout.matchAll(/has ([\d,]+)$/gm)].map(([, ids = '']) => ids.split(','));
    expect(lists.map(({ length }) => length).sort(), stderr).toEqual([1, 2]);
    expect(lists.flat().sort()).toEqual(['0', '1', '2']);
  });
});
