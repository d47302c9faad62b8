import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse, RunTaskResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User } from './longshore.js';

describeWithHosts('--debug', () => {
  let cluster: TestCluster;
  let user: User;
  let task = '';
  const secret = 'hunter2-is-nobodys-business';

  beforeAll(async () => {
    cluster = await acquire({ count: 1, name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
    const environment = [{ name: 'PASSWORD', value: secret }];
    await register(user, 'app', [
      container({ command: ['sh', '-c', `: ${secret}; sleep 600`], environment }),
    ]);
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  it('prints each step with its time, from the state to the running task, and never a secret', async () => {
    const { code, stdout, stderr } = await user.run([
      ...['run-task', '--task-definition', 'app', '--debug', '--overrides'],
      `containerOverrides=[{name=main,environment=[{name=TOKEN,value=${secret}}]}]`,
    ]);
    expect(code).toBe(0);
    task = idOf((JSON.parse(stdout) as RunTaskResponse).tasks?.[0]?.taskArn);
    const steps = [
      /state opened/,
      /web1: SSH configuration/,
      /web1: reached deploy@web1/,
      /web1: SSH handshake/,
      /web1: logged in as deploy; host key SHA256:/,
      /web1: Docker engine: API 1\.\d+, by a forwarded socket/,
      /web1: inspect image busybox/,
      /web1: create container ecs-app-1-main-/,
      /web1: start container [0-9a-f]{12} /,
      /web1: task \w+ is RUNNING/,
    ];
    let at = 0;
    for (const step of steps) {
      const found = stderr.slice(at).search(step);
      expect(found, `${String(step)} after ${stderr.slice(0, at)}`).toBeGreaterThanOrEqual(0);
      at += found;
    }
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^ *\d+ ms {2}|^task /);
    expect(stderr).not.toContain(secret);
  });

  it('does so of a command in a container, its log and its stop', async () => {
    const exec = await user.run(['execute-command', '--task', task, '--debug', '--', 'echo', secret]);
    expect(exec).toMatchObject({ code: 0, stdout: `${secret}\n` });
    expect(exec.stderr).toMatch(/web1: run a command in container [0-9a-f]{12} \(/);
    const logs = await user.run(['logs', '--task', task, '--debug']);
    expect(logs.stderr).toMatch(/web1: read log of container [0-9a-f]{12}: ended/);
    const stop = await user.run(['stop-task', '--task', task, '--debug']);
    expect(stop.stderr).toMatch(/web1: stop container [0-9a-f]{12} \(SIGKILL after 1 s\) \(\d/);
    for (const { stderr } of [exec, logs, stop]) expect(stderr).not.toContain(secret);
  });

  it('leaves the phases of the task in its description, in their order', async () => {
    const { tasks = [] } = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', task);
    const { createdAt, connectivityAt, pullStartedAt, pullStoppedAt, startedAt } = tasks[0]!;
    const { stoppingAt, executionStoppedAt, stoppedAt } = tasks[0]!;
    const phases = [createdAt, connectivityAt, pullStartedAt, pullStoppedAt, startedAt];
    const times = [...phases, stoppingAt, executionStoppedAt, stoppedAt].map((time) =>
      Date.parse(String(time)),
    );
    expect(times.every((time) => !Number.isNaN(time))).toBe(true);
    // The last ones come by the host's clock, as far as it could be compared with ours.
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThan(-100);
  });
});
