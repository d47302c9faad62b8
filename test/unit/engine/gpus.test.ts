import { describe, expect, it } from 'vitest';
import { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';
import { definition, fakeHost, hostOf, idOf, kit, type Kit } from './kit.js';

const gpu = (value: string) => ({ resourceRequirements: [{ type: 'GPU' as const, value }] });

async function clusterOf(host: FakeDockerHost, gpus?: number): Promise<Kit> {
  const made = kit({ hosts: new FakeHosts([host]) });
  await made.engine.call('RegisterContainerInstance', {
    host: host.name,
    ...(gpus !== undefined && { gpus }),
  });
  await made.engine.call('RegisterTaskDefinition', definition('train', gpu('1')));
  return made;
}

const withGpus = (gpus: number) =>
  new FakeDockerHost('web1', {
    now: Date.now,
    images: ['busybox:latest'],
    info: { cpus: 2, memoryBytes: 2 ** 30, runtimes: ['runc', 'nvidia'] },
    gpus,
  });

const devices = (made: Kit) =>
  [...hostOf(made, 'web1').containers.values()].map(
    ({ options }) => options.HostConfig?.DeviceRequests?.[0]?.DeviceIDs,
  );
const run = (made: Kit, count = 1) => made.engine.call('RunTask', { taskDefinition: 'train', count });
const gpusOf = async (made: Kit) => {
  const { containerInstances = [] } = await made.engine.call('DescribeContainerInstances', {
    containerInstances: ['web1'],
  });
  const amount = (resources = containerInstances[0]?.registeredResources) =>
    resources?.find(({ name }) => name === 'GPU')?.integerValue;
  return [amount(), amount(containerInstances[0]?.remainingResources)];
};

describe('the GPUs of a host', () => {
  it('are found at registration, and each task has its own', async () => {
    const made = await clusterOf(withGpus(2));
    const { tasks = [], failures } = await run(made, 3);
    expect(devices(made)).toEqual([['0'], ['1']]);
    expect(failures).toMatchObject([
      { reason: 'RESOURCE:GPU', detail: '1 of 1 host lacks 1 GPU (web1 has 0)' },
    ]);
    expect(await gpusOf(made)).toEqual([2, 0]);
    const id = idOf(tasks.find((_, index) => devices(made)[index]?.[0] === '0')?.taskArn);
    await made.engine.call('StopTask', { task: id });
    await run(made);
    expect(devices(made).at(-1)).toEqual(['0']);
  });

  it('that another cluster uses are left alone', async () => {
    const made = await clusterOf(withGpus(2));
    await run(made);
    const other = kit({ hosts: made.hosts });
    await other.engine.call('CreateCluster', { clusterName: 'other' });
    await other.engine.call('RegisterContainerInstance', { cluster: 'other', host: 'web1', shared: true });
    await other.engine.call('RegisterTaskDefinition', definition('train', gpu('1')));
    const { failures } = await other.engine.call('RunTask', {
      cluster: 'other',
      taskDefinition: 'train',
      count: 2,
    });
    expect(devices(made)).toEqual([['0'], ['1']]);
    expect(failures).toMatchObject([{ reason: 'RESOURCE:GPU' }]);
  });

  it('are as many as the user says, and stay so', async () => {
    const made = await clusterOf(withGpus(2), 1);
    await made.engine.call('RegisterContainerInstance', { host: 'web1' });
    expect(await gpusOf(made)).toEqual([1, 1]);
    await expect(made.engine.call('RegisterContainerInstance', { host: 'web1', gpus: -1 })).rejects.toThrow(
      'gpus is -1; it takes 0 to 1024.',
    );
  });

  it('that the engine has no driver for fail the task, cleanly', async () => {
    const made = await clusterOf(fakeHost('web1'), 1);
    const { tasks } = await run(made);
    expect(tasks).toMatchObject([
      {
        stopCode: 'TaskFailedToStart',
        containers: [
          { reason: expect.stringMatching(/^CannotStartContainerError: could not select device driver/) },
        ],
      },
    ]);
    expect(hostOf(made, 'web1').containers.size).toBe(0);
  });

  it('are asked for in whole numbers', async () => {
    const made = await clusterOf(fakeHost('web1'));
    await expect(made.engine.call('RegisterTaskDefinition', definition('train', gpu('0.5')))).rejects.toThrow(
      "The GPUs of container 'app' are a number such as '1', not '0.5'.",
    );
    const overrides = { containerOverrides: [{ name: 'app', ...gpu('2') }] };
    expect(
      await made.engine.call('RunTask', { taskDefinition: 'train', overrides, dryRun: true }),
    ).toMatchObject({ failures: [{ detail: '1 of 1 host lacks 2 GPUs (web1 has 0)' }] });
  });
});
