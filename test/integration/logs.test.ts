import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RunTaskResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User } from './longshore.js';

/** Counts, a line each 200 ms. */
const counter = 'i=0; while true; do i=$((i+1)); echo $NAME $i; sleep 0.2; done';
const spread = ['--placement-strategy', 'type=spread,field=host'];

describeWithHosts('logs', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ count: 2, name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2');
    await register(user, 'counter', [container({ command: ['sh', '-c', counter] })]);
    await register(user, 'words', [
      container({ command: ['sh', '-c', 'echo out; echo err >&2; sleep 600'] }),
    ]);
  });
  afterEach(() => cluster.host('web2').mendAll());
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const started = async (family: string, ...more: string[]) => {
    const { tasks = [] } = await user.json<RunTaskResponse>('run-task', '--task-definition', family, ...more);
    return tasks.map(({ taskArn }) => idOf(taskArn));
  };
  const named = (name: string) => [
    '--overrides',
    `containerOverrides=[{name=main,environment=[{name=NAME,value=${name}}]}]`,
  ];
  const stopAll = async (ids: string[]) => {
    for (const id of ids) await user.ok('stop-task', '--task', id);
  };

  it('of a family come from all hosts in one order of time, each line with its task', async () => {
    const ids = [
      ...(await started('counter', ...spread, ...named('a'))),
      ...(await started('counter', ...spread, ...named('b'))),
    ];
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { stdout } = await user.ok('logs', '--family', 'counter', '--timestamps');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    expect(new Set(lines.map(([task]) => task))).toEqual(new Set(ids.map((id) => `[${id.slice(0, 8)}`)));
    const times = lines.map((words) => Date.parse(words[2] ?? ''));
    // As exact as the clocks were compared.
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThan(-100);
    const two = (await user.ok('logs', '--family', 'counter', '--tail', '1')).stdout;
    expect(two.trimEnd().split('\n')).toHaveLength(2);
    const nine = (await user.ok('logs', '--family', 'counter', '--filter-pattern', '?"a 3" ?"b 4"')).stdout;
    expect(nine).toMatch(/ a 3\n/);
    expect(nine).toMatch(/ b 4\n/);
    expect(nine).not.toMatch(/ a 2\n/);
    await stopAll(ids);
  });

  it('that are followed lose and repeat nothing over a lost host, and take new tasks up', async () => {
    const config = user.write(
      'impatient',
      `Host *\n  ServerAliveInterval 1\n  ServerAliveCountMax 2\n  ConnectTimeout 2\nInclude ${cluster.sshConfigPath}\n`,
    );
    const ids = [
      ...(await started('counter', ...spread, ...named('a'))),
      ...(await started('counter', ...spread, ...named('b'))),
    ];
    const follow = user.start(['logs', '--family', 'counter', '--follow', '--tail', '3'], {
      env: { LONGSHORE_SSH_CONFIG: config },
      timeoutMs: 90_000,
    });
    const printed = () => follow.printed.stdout;
    for (const name of ['a', 'b'])
      await expect.poll(printed, { timeout: 20_000 }).toMatch(new RegExp(`] ${name} \\d+\n`));
    await cluster.host('web2').inflict('network-cut');
    await expect
      .poll(() => follow.printed.stderr, { timeout: 20_000 })
      .toContain('web2: the connection dropped');
    const [third = ''] = await started(
      'counter',
      ...named('c'),
      '--placement-constraints',
      'type=memberOf,expression=ec2InstanceId == web1',
    );
    ids.push(third);
    await expect.poll(printed, { timeout: 20_000 }).toContain(`[${third.slice(0, 8)} main] c 1\n`);
    await cluster.host('web2').mend('network-cut');
    await expect.poll(() => follow.printed.stderr, { timeout: 20_000 }).toContain('web2 answers again');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    follow.signal('SIGINT');
    expect((await follow.outcome).code).toBe(130);
    for (const name of ['a', 'b', 'c']) {
      const numbers = [...printed().matchAll(new RegExp(`] ${name} (\\d+)\n`, 'g'))].map(([, n]) =>
        Number(n),
      );
      expect(numbers.length).toBeGreaterThan(5);
      expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
    }
    await stopAll(ids);
  });

  it('of a dozen tasks at once come with nothing but what is to be said', async () => {
    const run = ['run-task', '--task-definition', 'words', '--count', '12', '--wait', '--follow'];
    const { stdout, stderr } = await user.ok(...run, '--', 'sh', '-c', 'echo out');
    expect(stdout.match(/\] out$/gm)).toHaveLength(12);
    const said = stderr.trimEnd().split('\n');
    expect(said.filter((line) => !/^task \w{8} (running|stopped) on web[12]/.test(line))).toEqual([]);
    expect(stderr.match(/ \(exit code 0\): /g)).toHaveLength(12);
    const logs = await user.ok('logs', '--family', 'words', '--since', '1h');
    expect(logs.stdout.match(/\] out$/gm)).toHaveLength(12);
    expect(logs.stderr).toBe('');
  });

  it('of a group of CloudWatch Logs come from all hosts, and its files rotate', async () => {
    const logConfiguration = {
      logDriver: 'awslogs' as const,
      options: { 'awslogs-group': '/ecs/loud', 'awslogs-stream-prefix': 'loud', 'awslogs-region': 'x' },
    };
    const print =
      'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "$i 0123456789012345678901234567890123456789"; done';
    const command = ['sh', '-c', `${print}; sleep 600`];
    await register(user, 'loud', [container({ command, logConfiguration })]);
    await register(user, 'files', [container({ command })]);
    const env = { LONGSHORE_LOG_MAX_SIZE: '16k', LONGSHORE_LOG_MAX_FILES: '2' };
    for (const family of ['loud', 'files'])
      await user.run(['run-task', '--task-definition', family, '--count', '2', ...spread], { env });
    const last = async (...what: string[]) => (await user.ok('logs', ...what, '--tail', '1')).stdout;
    for (const what of [
      ['--log-group', '/ecs/loud'],
      ['--log-group', '/ecs/loud', '--log-stream-name-prefix', 'loud/main/'],
      ['--family', 'files'],
    ])
      await expect
        .poll(() => last(...what), { timeout: 10_000 })
        .toMatch(/^(\[[\w ]+ main\] 3000 \d+\n){2}$/);
    expect(await last('--log-group', '/ecs/loud', '--log-stream-name-prefix', 'quiet')).toBe('');
    const { stdout } = await cluster
      .host('web1')
      .shell('cd /var/lib/docker/containers; wc -c */*-json.log* */local-logs/* | grep -v total');
    const sizes = stdout
      .trim()
      .split('\n')
      .map((line) => Number.parseInt(line.trim()));
    expect(sizes.length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...sizes)).toBeLessThan(20_000);
    const { taskArns = [] } = await user.json<{ taskArns?: string[] }>('list-tasks');
    await stopAll(taskArns.map(idOf));
  });

  it('keep the streams apart, or are records in a form for programs', async () => {
    const [id = ''] = await started('words');
    await expect
      .poll(() => user.run(['logs', '--task', id]), { timeout: 10_000 })
      .toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n' });
    const { stdout, stderr } = await user.ok('logs', '--task', id, '--output', 'json');
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(stderr).toBe('');
    expect(records.map(({ stream, message }) => `${stream} ${message}`).sort()).toEqual([
      'stderr err',
      'stdout out',
    ]);
    expect(records[0]).toMatchObject({ taskId: id, family: 'words', container: 'main' });
    await stopAll([id]);
  });

  it('of a task that has stopped come from its container, and from its record when that is gone', async () => {
    const [id = ''] = await started('words');
    await stopAll([id]);
    expect(await user.ok('logs', '--task', id)).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
    const recent = await user.ok('logs', '--family', 'words', '--since', '1h');
    expect(recent.stdout).toContain(`[${id.slice(0, 8)} main] out\n`);
    for (const each of cluster.hosts) {
      const left = await each.docker('ps', '-aq', '--filter', `label=longshore.task-id=${id}`);
      if (left) await each.docker('rm', '-f', ...left.split('\n'));
    }
    const kept = await user.ok('logs', '--task', id);
    expect(kept.stdout).toBe('out\n');
    expect(kept.stderr).toMatch(
      /note: the container main of task .* is gone from web\d: these are the last that were kept \(2\)/,
    );
  });

  it('that can not be read are told of, and the others shown; a lone one is a failure', async () => {
    const options = { 'gelf-address': 'udp://127.0.0.1:9', 'cache-disabled': 'true' };
    await register(user, 'mixed', [
      container({ command: ['sh', '-c', 'echo shown; sleep 600'] }),
      container({
        name: 'side',
        essential: false,
        command: ['sh', '-c', 'echo lost; sleep 600'],
        logConfiguration: { logDriver: 'gelf', options },
      }),
    ]);
    const [id = ''] = await started('mixed');
    await expect
      .poll(() => user.run(['logs', '--task', id]), { timeout: 10_000 })
      .toMatchObject({ code: 0, stdout: '[main] shown\n' });
    const { stderr } = await user.ok('logs', '--task', id);
    expect(stderr).toMatch(
      /^warning: web\d: the log of the container side of task \w+ can't be read: .*driver does not support reading/,
    );
    const alone = await user.run(['logs', '--task', id, '--container', 'side']);
    expect(alone.code).toBe(3);
    expect(alone.stderr).toContain('look where its log driver writes to');
    await stopAll([id]);
  });

  it('of a host that is down are told of, and those of the others shown', async () => {
    const ids = [...(await started('words', ...spread)), ...(await started('words', ...spread))];
    await new Promise((resolve) => setTimeout(resolve, 500));
    await cluster.host('web2').inflict('sshd-stopped');
    const { code, stdout, stderr } = await user.run(['logs', '--tasks', ...ids]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^\[\w+ main\] out\n$/);
    expect(stderr).toContain('web2 unreachable');
    await cluster.host('web2').mend('sshd-stopped');
    await stopAll(ids);
  });
});
