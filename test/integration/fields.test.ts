import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DescribeTasksResponse,
  RegisterTaskDefinitionRequest,
  RunTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { effects, unheard, type Effect } from './field-effects.js';
import { labelled } from './labels.js';
import { idOf, User } from './longshore.js';

describeWithHosts('fields of a task definition, seen from inside the container', () => {
  let cluster: TestCluster;
  let user: User;
  let count = 0;
  const onWeb1 = ['--placement-constraints', 'type=memberOf,expression=ec2InstanceId == web1'];
  const has = async (command: string) => {
    const { stdout } = await cluster
      .host('web1')
      .shell(`(${command}) >/dev/null 2>&1 && echo yes || echo no`);
    return stdout.trim() === 'yes';
  };

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2');
    user.write('bucket/run.env', 'FILE=of the run\n');
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  /** What the only container of a task prints; and why, where the engine itself may not do it. */
  const printed = async (name: string, effect: Omit<Effect, 'shows'>) => {
    const family = `field-${++count}`;
    const main = container({ command: ['sh', '-c', effect.script], ...effect.given, ...effect.container });
    await register(user, family, [main], { ...effect.givenTask, ...effect.definition });
    const where = effect.definition?.placementConstraints ? [] : onWeb1;
    const words = ['run-task', '--task-definition', family, '--wait', '--follow', ...where];
    const overrides = effect.overrides ? ['--overrides', JSON.stringify(effect.overrides)] : [];
    const env = { LONGSHORE_FILES_DIR: user.dir };
    const { stdout, stderr } = await user.run([...words, ...overrides], { env });
    const [refusal = ''] = /unable to apply caps|error setting rlimit type \d+/.exec(stderr) ?? [];
    if (refusal) console.warn(`\nNOT SEEN INSIDE, ${name}: the engine was asked, and may not: ${refusal}\n`);
    return { text: stdout.replaceAll('\r', '') + refusal, stderr };
  };

  describe('the effect of', () => {
    it.concurrent.for(Object.entries(effects))('%s', async ([name, effect], { skip }) => {
      if (effect.needs && !(await has(effect.needs.command))) {
        console.warn(`\nSKIPPED, the effect of ${name}: the host lacks ${effect.needs.what}\n`);
        skip(`the host lacks ${effect.needs.what}`);
      }
      const { text, stderr } = await printed(name, effect);
      expect(text, stderr).toMatch(await here(effect.shows));
    });

    it('none of them is there without the field', async () => {
      const each = Object.entries(effects).filter(([, { likewise }]) => !likewise);
      const loop = 'for each; do echo "== next"; sh -c "$each" </dev/null; done';
      const script = { command: ['sh', '-c', loop, 'sh', ...each.map(([, { script }]) => script)] };
      const { text, stderr } = await printed('no field', { script: '', given: script });
      const parts = text.split('== next\n').slice(1);
      expect(parts, stderr).toHaveLength(each.length);
      for (const [i, [name, { shows }]] of each.entries())
        expect(parts[i], name).not.toMatch(await here(shows));
    });
  });

  it('LONGSHORE_ENABLE_CONTAINER_METADATA: the metadata file says what is known, and soon all of it', async () => {
    const wait = 'until grep -q READY $ECS_CONTAINER_METADATA_FILE; do sleep 0.1; done';
    const read = 'cat $ECS_CONTAINER_METADATA_FILE';
    const family = await register(user, 'metadata', [
      container({
        command: ['sh', '-c', `grep TaskARN $ECS_CONTAINER_METADATA_FILE && ${wait}; ${read}`],
        readonlyRootFilesystem: true,
        portMappings: [{ containerPort: 80 }],
      }),
    ]);
    const { stdout, stderr } = await user.run(
      ['run-task', '--task-definition', family, '--wait', '--follow'],
      {
        env: { LONGSHORE_ENABLE_CONTAINER_METADATA: '1' },
      },
    );
    expect(stderr).toMatch(/exit code 0/);
    const [taskArn = '', ...file] = stdout.split('\n');
    const said = JSON.parse(file.join('\n')) as Record<string, unknown>;
    expect(taskArn).toContain(`"${String(said['TaskARN'])}"`);
    expect(said).toMatchObject({
      Cluster: 'default',
      ContainerName: 'main',
      ImageName: 'busybox',
      TaskDefinitionFamily: 'metadata',
      PortMappings: [{ ContainerPort: 80, HostPort: expect.any(Number) as number, Protocol: 'tcp' }],
      Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/)] }],
      MetadataFileStatus: 'READY',
    });
  });

  it('healthCheck: a container becomes HEALTHY, and UNHEALTHY, and so does its task', async () => {
    const check = { command: ['CMD-SHELL', 'test ! -e /sick'], interval: 5, timeout: 2, retries: 1 };
    const side = (name: string, changes: typeof check & { startPeriod?: number }) =>
      container({ name, essential: false, healthCheck: changes });
    const family = await register(user, 'healthy', [
      container({ healthCheck: check, command: ['sh', '-c', 'sleep 12; touch /sick; sleep 600'] }),
      side('hanging', { ...check, command: ['CMD', 'sleep', '60'], retries: 2 }),
      side('beginning', { ...check, command: ['CMD', 'false'], startPeriod: 300 }),
    ]);
    const { tasks = [] } = await user.json<RunTaskResponse>(
      ...['run-task', '--task-definition', family, ...onWeb1],
    );
    const id = idOf(tasks[0]?.taskArn);
    const health = async () => {
      const answer = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', id);
      const [task] = answer.tasks ?? [];
      return [task?.healthStatus, ...(task?.containers ?? []).map(({ healthStatus }) => healthStatus)];
    };
    /** What the engine has found. */
    const log = async (name: string) => {
      const path = `ecs-healthy-1-${name}-${id}`;
      const text = await cluster.host('web1').docker('inspect', '--format', '{{json .State.Health}}', path);
      return JSON.parse(text) as { Status: string; Log: { ExitCode: number; Output: string }[] };
    };
    expect(tasks[0]?.healthStatus).toBe('UNKNOWN');
    await expect.poll(async () => (await health())[1], { timeout: 20_000, interval: 500 }).toBe('HEALTHY');
    await expect
      .poll(async () => (await log('hanging')).Status, { timeout: 20_000, interval: 300 })
      .toBe('unhealthy');
    const hung = { ExitCode: -1, Output: expect.stringContaining('exceeded timeout (2s)') as string };
    expect((await log('hanging')).Log).toMatchObject([hung, hung]);
    await expect
      .poll(health, { timeout: 30_000, interval: 500 })
      .toEqual(['UNHEALTHY', 'UNHEALTHY', 'UNHEALTHY', 'UNKNOWN']);
    const beginning = await log('beginning');
    expect(beginning.Status).toBe('starting');
    expect(beginning.Log.map(({ ExitCode }) => ExitCode)).toContain(1);
  });

  it('portMappings of protocol udp: what is sent to the port comes to the container', async () => {
    // Nobody listens there, which is what the container's kernel counts.
    const family = await register(user, 'udp', [
      container({
        command: ['sh', '-c', `until test "$(${unheard})" -gt 0; do sleep 0.1; done; echo came`],
        portMappings: [{ containerPort: 5353, hostPort: 5300, protocol: 'udp' }],
      }),
    ]);
    const words = ['run-task', '--task-definition', family, '--follow', '--timeout', '20s', ...onWeb1];
    const running = user.start(words);
    const socket = createSocket('udp4');
    const sending = setInterval(() => socket.send('x', 5300, cluster.host('web1').address), 100);
    const { stdout, stderr } = await running.outcome.finally(() => {
      clearInterval(sending);
      socket.close();
    });
    expect(stdout, stderr).toBe('came\n');
  });

  it('logConfiguration: options and secretOptions stand beside each line of the log', async () => {
    await user.run(['put-secret', '--name', 'tag', '--value-file', '-'], { input: 'a-tag' });
    const family = await register(user, 'tagged', [
      container({
        command: ['echo', 'hello'],
        environment: [{ name: 'MODE', value: 'quick' }],
        logConfiguration: {
          logDriver: 'json-file',
          options: { env: 'MODE' },
          secretOptions: [{ name: 'tag', valueFrom: 'tag' }],
        },
      }),
    ]);
    await user.ok('run-task', '--task-definition', family, '--wait', ...onWeb1);
    const [found] = (await labelled(cluster.hosts)).filter(({ labels }) => familyOf(labels) === 'tagged');
    const line = await cluster.host('web1').docker('logs', '--details', found?.id ?? '');
    expect(line.trim()).toBe('MODE=quick,tag=a-tag hello');
  });

  it('tags: tasks that are to have those of their definition have them, on the host too', async () => {
    const family = await register(user, 'with-tags', [container({ dockerLabels: { team: 'b' } })], {
      tags: [{ key: 'team', value: 'a' }],
    });
    await user.ok(...['run-task', '--task-definition', family, '--propagate-tags', 'TASK_DEFINITION']);
    const [found] = (await labelled(cluster.hosts)).filter(({ labels }) => familyOf(labels) === 'with-tags');
    expect(JSON.parse(found?.labels['longshore.task'] ?? '{}')).toMatchObject({
      tags: [{ key: 'team', value: 'a' }],
    });
    expect(found?.labels.team).toBe('b');
  });

  it('cpuArchitecture: of another one no host is taken', async () => {
    const other = process.arch === 'arm64' ? 'X86_64' : 'ARM64';
    const own = process.arch === 'arm64' ? 'ARM64' : 'X86_64';
    const start = async (cpuArchitecture: typeof own) => {
      const runtimePlatform: RegisterTaskDefinitionRequest['runtimePlatform'] = { cpuArchitecture };
      const one = container({ command: ['uname', '-m'] });
      const family = await register(user, cpuArchitecture, [one], { runtimePlatform });
      return user.run(['run-task', '--task-definition', family, '--wait', '--follow']);
    };
    const refused = await start(other);
    expect(refused.code, refused.stderr).toBe(4);
    expect((await labelled(cluster.hosts)).filter(({ labels }) => familyOf(labels) === other)).toEqual([]);
    expect((await start(own)).stdout).toMatch(own === 'ARM64' ? /^aarch64$/m : /^x86_64$/m);
  });

  const familyOf = (labels: Record<string, string>) => labels['com.amazonaws.ecs.task-definition-family'];

  /** HOST in a pattern: the number of the host's own namespace. */
  async function here(pattern: RegExp): Promise<RegExp> {
    const kind = /^\^(\w+):/.exec(pattern.source)?.[1];
    if (!pattern.source.includes('HOST') || !kind) return pattern;
    const { stdout } = await cluster.host('web1').exec(['readlink', `/proc/1/ns/${kind}`]);
    return new RegExp(pattern.source.replace('HOST', /\d+/.exec(stdout)?.[0] ?? '?'), 'm');
  }
});
