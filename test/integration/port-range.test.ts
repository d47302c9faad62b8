import { afterAll, beforeAll, expect, it } from 'vitest';
import type {
  DescribeContainerInstancesResponse,
  DescribeTasksResponse,
  ListTasksResponse,
  RunTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { register, web } from './definitions.js';
import { idOf, User } from './longshore.js';

describeWithHosts('hosts with two dynamic ports each', () => {
  let cluster: TestCluster;
  let user: User;
  const portRange = '40000-40001';
  const run = async (count: number, ...more: string[]) => {
    const strategy = ['--placement-strategy', 'type=binpack,field=memory'];
    const words = ['run-task', '--task-definition', 'site', '--count', String(count), ...strategy, ...more];
    const outcome = await user.run(words);
    return { ...outcome, answer: JSON.parse(outcome.stdout) as RunTaskResponse };
  };

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    const hosts = ['web1', 'web2'].map((host) => ({ host, portRange }));
    await user.ok('create-cluster', '--hosts-file', user.write('hosts.json', { hosts }));
    await register(user, 'site', [web('hello', { portMappings: [{ containerPort: 80 }] })]);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  it('take a range of ports that follow each other, each of them published', async () => {
    const script = 'for port in 80 81; do httpd -p $port -h /www; done; exec sleep 1000';
    const ranged = web('hello', {
      command: ['sh', '-c', `echo hello > /www/index.html; ${script}`],
      portMappings: [{ containerPortRange: '80-81' }],
    });
    await register(user, 'ranged', [ranged]);
    const { tasks } = await user.json<RunTaskResponse>('run-task', '--task-definition', 'ranged');
    const task = tasks?.[0];
    expect(task?.containers?.[0]?.networkBindings).toEqual([
      { bindIP: '0.0.0.0', containerPortRange: '80-81', hostPortRange: portRange, protocol: 'tcp' },
    ]);
    const listed = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', idOf(task?.taskArn));
    expect(listed.tasks?.[0]?.containers?.[0]?.networkBindings).toEqual(
      task?.containers?.[0]?.networkBindings,
    );
    const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
      'describe-container-instances',
      '--container-instances',
      idOf(task?.containerInstanceArn),
    );
    const host = cluster.host(containerInstances[0]?.ec2InstanceId ?? '');
    for (const port of [40000, 40001]) {
      const answer = await fetch(host.url(port));
      expect((await answer.text()).trim()).toBe('hello');
    }
    await user.ok('stop-task', '--task', idOf(task?.taskArn));
  });

  it('take as many tasks as they have ports, though binpack would fill one of them first', async () => {
    const plan = await run(5, '--dry-run');
    expect([plan.answer.tasks?.length, plan.answer.failures?.length]).toEqual([4, 1]);
    expect(plan.answer.failures?.[0]?.detail).toContain('web1 has 0 in 40000-40001');

    const three = await run(3);
    expect(three.code, three.stderr).toBe(0);
    const bindings = three.answer.tasks?.flatMap((task) => task.containers?.[0]?.networkBindings ?? []);
    expect(bindings?.map(({ hostPort }) => hostPort).toSorted()).toEqual(
      expect.arrayContaining([40000, 40001]),
    );

    const more = await run(2);
    expect(more.code).toBe(3);
    expect(more.answer).toMatchObject({ tasks: [{}], failures: [{ reason: 'RESOURCE:PORTS' }] });
  });

  it('do not name them as resources', async () => {
    const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
      'describe-container-instances',
      '--container-instances',
      'web1',
    );
    const ports = containerInstances[0]?.remainingResources?.find(({ name }) => name === 'PORTS');
    expect(ports?.stringSetValue).not.toContain('40000');
  });

  it('have room again when a task has stopped', async () => {
    const { taskArns = [] } = await user.json<ListTasksResponse>('list-tasks');
    await user.ok('stop-task', '--task', idOf(taskArns[0]));
    expect(await run(1)).toMatchObject({ code: 0 });
  });
});
