import { describe, expect, it } from 'vitest';
import { cluster, definition, fakeHost, hostOf, kit, records, type Kit } from './kit.js';
import { FakeHosts } from '../../fakes/fake-hosts.js';

const start = ({ engine }: Kit, ...containerInstances: string[]) =>
  engine.call('StartTask', { taskDefinition: 'web', containerInstances });

async function world(names: string[], more: Parameters<typeof definition>[1] = {}, memory?: number) {
  const made = await cluster(names, memory === undefined ? {} : { memory });
  await made.engine.call('RegisterTaskDefinition', definition('web', more));
  return made;
}

describe('StartTask', () => {
  it('starts one task on each host that is named, by name or ARN, and nowhere else', async () => {
    const made = await world(['web1', 'web2', 'web3']);
    const arns = (await made.engine.call('ListContainerInstances', {})).containerInstanceArns ?? [];
    const { containerInstances = [] } = await made.engine.call('DescribeContainerInstances', {
      containerInstances: arns,
    });
    const web3 = containerInstances.find(({ ec2InstanceId }) => ec2InstanceId === 'web3');
    const { tasks = [], failures } = await made.engine.call('StartTask', {
      taskDefinition: 'web',
      containerInstances: ['web1', web3?.containerInstanceArn ?? ''],
      startedBy: 'me',
      group: 'jobs',
      tags: [{ key: 'a', value: 'b' }],
    });
    expect(failures).toEqual([]);
    expect(tasks).toMatchObject([
      { lastStatus: 'RUNNING', startedBy: 'me', group: 'jobs' },
      { lastStatus: 'RUNNING', containerInstanceArn: web3?.containerInstanceArn },
    ]);
    const counts = ['web1', 'web2', 'web3'].map((name) => hostOf(made, name).containers.size);
    expect(counts).toEqual([1, 0, 1]);
    expect((await records(made.store)).map(({ tags }) => tags)).toEqual([
      [{ key: 'a', value: 'b' }],
      [{ key: 'a', value: 'b' }],
    ]);
  });

  it('gives a failure for each host that is not there, is full, drains or does not answer', async () => {
    const made = await world(['web1', 'web2', 'web3', 'web4'], {}, 150);
    await start(made, 'web2');
    await made.engine.call('UpdateContainerInstancesState', {
      containerInstances: ['web3'],
      status: 'DRAINING',
    });
    await expect(
      made.engine.call('UpdateContainerInstancesState', {
        containerInstances: ['web3'],
        status: 'REGISTERING',
      }),
    ).rejects.toThrow('status must be ACTIVE or DRAINING, not REGISTERING.');
    hostOf(made, 'web4').vanish();
    const { tasks, failures } = await start(made, 'web1', 'web2', 'web3', 'web4', 'web9');
    expect(tasks).toHaveLength(1);
    expect(failures).toMatchObject([
      { reason: 'RESOURCE:MEMORY', detail: expect.stringContaining('web2') as string },
      { reason: 'DRAINING' },
      { reason: 'AGENT' },
      { reason: 'MISSING', arn: 'arn:aws:ecs:local:000000000000:container-instance/default/web9' },
    ]);
    expect(await records(made.store)).toHaveLength(2);
  });

  it('looks at a full host once more: a task there may have ended', async () => {
    const made = await world(['web1'], {}, 150);
    await start(made, 'web1');
    const host = hostOf(made, 'web1');
    for (const id of host.containers.keys()) host.exit(id, 0);
    const { tasks } = await start(made, 'web1');
    expect(tasks?.[0]?.lastStatus).toBe('RUNNING');
  });

  it('doesn’t go elsewhere where a port turns out to be taken', async () => {
    const made = await world(['web1', 'web2'], { portMappings: [{ containerPort: 80, hostPort: 8080 }] });
    hostOf(made, 'web1').failNextStartWithPortInUse(8080);
    hostOf(made, 'web1').occupied.tcp.add(8080);
    const { tasks, failures } = await start(made, 'web1');
    expect(tasks).toEqual([]);
    expect(failures).toMatchObject([{ reason: 'RESOURCE:PORTS' }]);
    expect(['web1', 'web2'].map((name) => hostOf(made, name).containers.size)).toEqual([0, 0]);
    expect(await records(made.store)).toEqual([]);
  });

  it('never over-fills a host that several use at once', async () => {
    const hosts = new FakeHosts([fakeHost('web1', 450)]);
    const mine = await cluster(['web1'], { hosts });
    const other = kit({ store: mine.store, hosts });
    await mine.engine.call('RegisterTaskDefinition', definition());
    const answers = await Promise.all([
      start(mine, 'web1', 'web1', 'web1'),
      start(other, 'web1', 'web1', 'web1'),
    ]);
    expect(answers.flatMap(({ tasks }) => tasks)).toHaveLength(4);
    expect(answers.flatMap(({ failures }) => failures)).toHaveLength(2);
    expect(hostOf(mine, 'web1').containers.size).toBe(4);
  });

  it('takes ten hosts at most and one at least, and short words for who started it', async () => {
    const made = await world(['web1']);
    await expect(start(made)).rejects.toMatchObject({ message: 'Container Instances cannot be empty.' });
    await expect(start(made, ...Array.from({ length: 11 }, () => 'web1'))).rejects.toMatchObject({
      message: expect.stringContaining('at most 10') as string,
    });
    const input = { taskDefinition: 'web', containerInstances: ['web1'] };
    await expect(
      made.engine.call('StartTask', { ...input, startedBy: 's'.repeat(37) }),
    ).rejects.toMatchObject({ message: 'startedBy longer than 36.' });
    await expect(made.engine.call('StartTask', { ...input, taskDefinition: 'none' })).rejects.toMatchObject({
      code: 'ClientException',
    });
    await expect(
      made.engine.call('StartTask', { ...input, overrides: { containerOverrides: [{ name: 'none' }] } }),
    ).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});
