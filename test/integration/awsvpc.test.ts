import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse, RunTaskResponse, Task } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User } from './longshore.js';

const serve = 'mkdir /w; echo hello > /w/index.html; exec httpd -f -p 80 -h /w';

describeWithHosts('network mode awsvpc on real hosts', () => {
  let cluster: TestCluster;
  let user: User;
  let colleague: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
    const app = container({
      name: 'app',
      command: ['sh', '-c', serve],
      portMappings: [{ containerPort: 80 }],
    });
    const side = container({ name: 'side', command: ['sleep', '1000'] });
    await register(user, 'web', [app, side], { networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] });
    colleague = new User(cluster);
    await colleague.ok('create-cluster', '--hosts', 'web1');
    await register(colleague, 'web', [app, side], { networkMode: 'awsvpc' });
  });
  afterAll(async () => {
    await user?.run(['delete-cluster', '--cluster', 'default', '--force', '--yes']);
    user?.remove();
    colleague?.remove();
    await cluster?.release();
  });

  const docker = (...args: string[]) => cluster.host('web1').docker(...args);
  const run = async (who: User, ...more: string[]) =>
    who.json<RunTaskResponse>('run-task', '--task-definition', 'web', ...more);
  const describeTask = async (task: string) => {
    const { tasks } = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', task, '--refresh');
    return tasks?.[0] as Task;
  };
  const exec = async (task: string, ...command: string[]) =>
    (await user.ok('execute-command', '--task', task, '--container', 'side', '--', ...command)).stdout.trim();
  const holderOf = (task: string) => `ecs-web-1-internal.ecs.pause-${task}`;
  let tasks: string[] = [];

  it('two clients at once make one network; tasks with the same port share a host and not their address', async () => {
    const started = await Promise.all([run(user), run(colleague)]);
    tasks = started.map((answer) => idOf(answer.tasks?.[0]?.taskArn));
    const addresses = started.map((answer) => answer.tasks?.[0]?.attachments?.[0]?.details?.at(-1)?.value);
    expect(new Set(addresses).size).toBe(2);
    const names = await docker(
      'network',
      'ls',
      '--filter',
      'label=longshore.network',
      '--format',
      '{{.Name}}',
    );
    expect(names.trim()).toBe('longshore-default');
    const [mine = '', other = ''] = tasks;
    expect(await exec(mine, 'wget', '-qO-', 'http://localhost/')).toBe('hello');
    expect(await exec(mine, 'wget', '-qO-', `http://${addresses[1]}/`)).toBe('hello');
    expect(await exec(mine, 'ip', '-4', 'addr', 'show', 'eth0')).toContain(` ${addresses[0]}/`);
    await user.ok('reconcile');
    const { containers } = await describeTask(other);
    expect(containers).toMatchObject([
      { name: 'app', networkBindings: [], networkInterfaces: [{ privateIpv4Address: addresses[1] }] },
      { name: 'side' },
    ]);
  });

  it('another state on the same hosts takes all of it over', async () => {
    const third = new User(cluster);
    try {
      const { stderr } = await third.run(['recover', '--hosts', 'web1']);
      expect(stderr).not.toMatch(/can't be taken over/);
      const { taskArns } = await third.json<{ taskArns: string[] }>('list-tasks');
      expect(taskArns.map(idOf).sort()).toEqual([...tasks].sort());
    } finally {
      third.remove();
    }
  });

  it('a task is stopped with what holds its network last', async () => {
    const [, other = ''] = tasks;
    await user.ok('stop-task', '--task', other);
    const ends = await docker(
      ...['inspect', '--format', '{{.State.FinishedAt}} {{.Name}}'],
      ...['app', 'side'].map((name) => `ecs-web-1-${name}-${other}`),
      holderOf(other),
    );
    expect(ends.trim().split('\n').sort().at(-1)).toContain('internal.ecs.pause');
    expect(await docker('ps', '--quiet', '--filter', `label=longshore.task-id=${other}`)).toBe('');
  });

  it('a task whose network was taken away has failed, and says why', async () => {
    const [mine = ''] = tasks;
    await docker('kill', holderOf(mine));
    expect(await describeTask(mine)).toMatchObject({
      lastStatus: 'STOPPING',
      stopCode: 'EssentialContainerExited',
      stoppedReason: expect.stringContaining('~internal~ecs~pause') as string,
    });
    await user.ok('reconcile');
    expect(await describeTask(mine)).toMatchObject({ lastStatus: 'STOPPED' });
    expect(await docker('ps', '--quiet', '--filter', `label=longshore.task-id=${mine}`)).toBe('');
  });

  it('one that ends by itself leaves nothing running where somebody waits', async () => {
    const once = container({ command: ['sh', '-c', 'exit 7'] });
    await register(user, 'once', [once], { networkMode: 'awsvpc' });
    const { code } = await user.run(['run-task', '--task-definition', 'once', '--wait']);
    expect(code).toBe(7);
    expect(await docker('ps', '--quiet', '--filter', 'label=longshore.task-id')).toBe('');
  });

  it('after a restart of the engine it is not taken for running', async () => {
    const task = idOf((await run(user)).tasks?.[0]?.taskArn);
    await cluster.host('web1').restartEngine();
    expect((await describeTask(task)).lastStatus).toBe('STOPPED');
  });

  it('prune takes what is left, the network and the image too', async () => {
    await user.ok('prune', '--all', '--images', '--yes');
    expect(await docker('ps', '--all', '--quiet', '--filter', 'label=longshore.task-id')).toBe('');
    expect(await docker('network', 'ls', '--quiet', '--filter', 'label=longshore.network')).toBe('');
    expect(await docker('images', '--quiet', 'longshore/pause')).toBe('');
  });

  it('delete-cluster takes network and tasks along', async () => {
    await run(user);
    await user.ok('delete-cluster', '--cluster', 'default', '--force', '--yes');
    expect(await docker('ps', '--all', '--quiet', '--filter', 'label=longshore.task-id')).toBe('');
    expect(await docker('network', 'ls', '--quiet', '--filter', 'label=longshore.network')).toBe('');
  });
});
