import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse, RunTaskResponse, Task } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { container, register } from './definitions.js';
import { idOf, User, type Outcome } from './longshore.js';

const holderExited =
  "Essential container in task exited: ~internal~ecs~pause, which holds what the task's containers share";
const unknown = { lastStatus: 'STOPPED', stoppedReason: 'Essential container in task exited' };

describeWithHosts('tasks whose host reboots', () => {
  let cluster: TestCluster;
  let user: User;
  /** By family. */
  let ids: Record<string, string>;
  let waited: Outcome;

  const run = async (family: string) => {
    const { tasks } = await user.json<RunTaskResponse>('run-task', '--task-definition', family);
    return idOf(tasks?.[0]?.taskArn);
  };
  const described = async (family: string): Promise<Task | undefined> => {
    const { tasks } = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', ids[family] ?? '');
    return tasks?.[0];
  };
  const log = async (family: string) => (await user.ok('logs', '--task', ids[family] ?? '')).stdout;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product', count: 1 });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
    await user.run(['put-secret', '--name', 'key', '--value-file', '-'], { input: 'of the secret' });

    const again = { restartPolicy: { enabled: true } };
    const secrets = [{ name: '/run/secrets/key', valueFrom: 'key' }];
    const command = ['sh', '-c', 'echo "found: $(cat /run/secrets/key 2>&1)"; sleep 600'];
    await register(user, 'plain', [container()]);
    await register(user, 'restarted', [container(again)]);
    await register(user, 'secret', [container({ command, secrets })]);
    await register(user, 'secret-restarted', [container({ command, secrets, ...again })]);
    await register(user, 'awsvpc-restarted', [container(again)], { networkMode: 'awsvpc' });
    ids = {};
    for (const family of ['plain', 'restarted', 'secret', 'secret-restarted', 'awsvpc-restarted'])
      ids[family] = await run(family);

    const waiting = user.start(['run-task', '--task-definition', 'secret-restarted', '--wait']);
    await waitUntil('The task', 20_000, () => waiting.printed.stderr.includes('running on web1'));
    await cluster.host('web1').inflict('reboot');
    waited = await waiting.outcome;
    await user.ok('reconcile');
  }, 120_000);
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  it('have stopped, and how they ended nobody knows', async () => {
    for (const family of ['plain', 'secret', 'awsvpc-restarted']) {
      const task = await described(family);
      expect(task, family).toMatchObject(unknown);
      expect(task?.containers?.[0]?.exitCode, family).toBeUndefined();
      expect(task?.containers?.[0]?.reason, family).toBe('exit code unknown');
    }
  });

  it('run on where Docker starts them again by their restartPolicy', async () => {
    expect(await described('restarted')).toMatchObject({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' });
  });

  it('have failed where Docker started them again without their secrets, which were in memory only', async () => {
    expect(await described('secret-restarted')).toMatchObject({
      lastStatus: 'STOPPED',
      stoppedReason: holderExited,
    });
    expect(await log('secret-restarted')).toMatch(/^found: of the secret\nfound: cat: .*No such file/);
    const seen = await cluster.host('web1').shell('grep -rl "of the secret" /var/lib/docker/volumes || true');
    expect(seen.stdout).toBe('');
  });

  it('are stopped by whoever waits for them, once the host is back', async () => {
    expect(waited.code).not.toBe(0);
    expect(waited.stderr).toContain(holderExited);
  });

  it('leave nothing but what runs', async () => {
    await user.ok('prune', '--all', '--yes');
    const names = await cluster.host('web1').docker('ps', '--all', '--format', '{{.Names}}');
    expect(names).toBe(`ecs-restarted-1-main-${ids.restarted}`);
    await user.ok('stop-task', '--task', ids.restarted ?? '');
  });
});
