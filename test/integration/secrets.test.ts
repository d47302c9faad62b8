import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type {
  DescribeTaskDefinitionResponse,
  DescribeTasksResponse,
  RunTaskResponse,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User, type RunOptions } from './longshore.js';

/** Nothing else on the machine says so; what a container has printed itself stands in its log. */
const value = 'tell-nobody-7c1f';
const printed = 'printed-by-the-container';

describeWithHosts('secrets', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const put = async (name: string, input: string) => {
    const outcome = await user.run(['put-secret', '--name', name, '--value-file', '-'], { input });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  };
  /** What the container's own process finds in its environment. */
  const environment = async (family: string, options: RunOptions = {}) => {
    const outcome = await user.run(['run-task', '--task-definition', family, '--follow'], options);
    expect(outcome.code, outcome.stderr).toBe(0);
    return outcome.stdout.split('\n');
  };
  const show = ['env'];

  it('are files in memory where their name is a path, kept over restarts, and gone with the task', async () => {
    await put('tls/key', printed);
    const list =
      'ls -l /run/secrets; cat /run/secrets/tls.key; echo; grep " /run/secrets " /proc/mounts; env | wc -l';
    const begin = `${list}; touch /run/secrets/x 2>&1; sleep 1; exit 7`;
    const secrets = [
      { name: '/run/secrets/tls.key', valueFrom: 'tls/key' },
      { name: '/run/secrets/other', valueFrom: 'env:OTHER' },
    ];
    const family = await register(user, 'files', [
      container({ command: ['sh', '-c', begin], user: '1000', secrets, restartPolicy: { enabled: true } }),
    ]);
    const { stdout, stderr } = await user.run(['run-task', '--task-definition', family], {
      env: { OTHER: 'x' },
    });
    expect(stderr).toContain('running');
    const id = idOf((JSON.parse(stdout) as RunTaskResponse).tasks?.[0]?.taskArn);
    const log = async () => (await user.ok('logs', '--task', id)).stdout;
    await expect.poll(log, { timeout: 20_000 }).toMatch(/(-r--r--r-- .*){4}/s);
    const [line = ''] = /^tmpfs \/run\/secrets .*$/m.exec(await log()) ?? [];
    expect(line).toMatch(/^tmpfs \/run\/secrets tmpfs ro,/);
    expect((await log()).match(new RegExp(printed, 'g'))?.length).toBeGreaterThan(1);
    expect(await log()).toMatch(/Read-only file system|Permission denied/);
    // What the holder keeps is gone with it: the task is not to run on without.
    const web1 = cluster.host('web1');
    const { stdout: seen } = await web1.shell(
      'docker inspect $(docker ps -aq); docker volume inspect $(docker volume ls -q)',
    );
    expect(seen).not.toContain(printed);
    await web1.shell(`docker kill $(docker ps -q --filter label=longshore.container=~internal~ecs~pause)`);
    const ended = async () => {
      await user.ok('reconcile');
      const { tasks = [] } = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', id);
      return tasks[0]?.stoppedReason;
    };
    await expect.poll(ended, { timeout: 30_000 }).toContain("which holds what the task's containers share");
    await user.ok('prune', '--all', '--yes');
    expect((await web1.shell(`docker volume ls -q | grep ${id} || true`)).stdout).toBe('');
  });

  it('are no keys that the SSH configuration names, for whichever host', async () => {
    const key = user.write('keys/deploy.pem', '-----BEGIN RSA PRIVATE KEY-----\n');
    const own = readFileSync(cluster.sshConfigPath, 'utf8');
    const LONGSHORE_SSH_CONFIG = user.write('config', `${own}\nHost elsewhere\n  IdentityFile ${key}\n`);
    const secrets = [{ name: 'A', valueFrom: 'file:keys/deploy.pem' }];
    const family = await register(user, 'thief', [container({ secrets, command: ['env'] })]);
    const run = (env: Record<string, string>) =>
      user.run(['run-task', '--task-definition', family, '--wait'], { env });
    expect((await run({ LONGSHORE_SSH_CONFIG })).stdout).toContain(`${key} is one of your own keys`);
    expect(await run({})).toMatchObject({ code: 0 });
  });

  it('are no files any more after the host has rebooted, and the task counts as failed', async () => {
    await put('tls/key', printed);
    const secrets = [{ name: '/run/secrets/tls.key', valueFrom: 'tls/key' }];
    const begin = async (family: string, enabled: boolean) => {
      const part = container({ secrets, restartPolicy: { enabled } });
      const definition = await register(user, family, [part]);
      const { tasks } = await user.json<RunTaskResponse>('run-task', '--task-definition', definition);
      return idOf(tasks?.[0]?.taskArn);
    };
    const ids = [await begin('ends', false), await begin('restarts', true)];
    const web1 = cluster.host('web1');
    await web1.reboot();
    const up = async () => (await web1.docker('ps', '--format', '{{.Names}}')).trim();
    // Docker's own doing, until a command settles.
    await expect.poll(up, { timeout: 20_000 }).toMatch(/^ecs-restarts-\S+$/);
    expect(await web1.docker('exec', await up(), 'ls', '-A', '/run/secrets')).toBe('');
    await user.ok('reconcile');
    const { tasks } = await user.json<DescribeTasksResponse>('describe-tasks', '--tasks', ...ids);
    const failed = { lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited' };
    const holds = expect.stringContaining("which holds what the task's containers share") as string;
    expect(tasks).toMatchObject([
      { ...failed, stoppedReason: 'Essential container in task exited' },
      { ...failed, stoppedReason: holds },
    ]);
    expect(await up()).toBe('');
  });

  it('reach the container from the store, the environment, files and a command; environment files, too', async () => {
    await put('prod/db', `postgres://${printed}\n`);
    await put('api', JSON.stringify({ user: 'ann', password: printed }));
    user.write('keys/token', 'of a file\n');
    user.write('env/config/web.env', '# for all\nA=file\nB="as it is" $HOME\nC=\n');
    const script = join(user.dir, 'vault.sh');
    user.write('vault.sh', '#!/bin/sh\nprintf "the vault has %s" "$1"\n');
    const secrets = {
      DB: 'arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db',
      PASSWORD: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:api-AbCdEf:password::',
      CI: 'ci-token',
      VARIABLE: 'env:MY_TOKEN',
      FILE: `file:${join(user.dir, 'keys/token')}`,
      COMMAND: 'prod/vaulted',
    };
    const family = await register(user, 'all', [
      container({
        command: show,
        environment: [{ name: 'A', value: 'definition' }],
        secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
        environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::config/web.env' }],
      }),
    ]);
    const env = {
      LONGSHORE_SECRET_CI_TOKEN: 'of CI',
      MY_TOKEN: 'of the environment',
      LONGSHORE_SECRETS_COMMAND: `sh ${script}`,
      LONGSHORE_FILES_DIR: join(user.dir, 'env'),
    };
    expect(await environment(family, { env })).toEqual(
      expect.arrayContaining([
        `DB=postgres://${printed}`,
        `PASSWORD=${printed}`,
        'CI=of CI',
        'VARIABLE=of the environment',
        'FILE=of a file',
        'COMMAND=the vault has prod/vaulted',
        'A=definition',
        'B="as it is" $HOME',
      ]),
    );
  });

  it('lead no command out of where it keeps them', async () => {
    user.write('victim', printed);
    const script = user.write('vault/get.sh', '#!/bin/sh\ncat "$(dirname "$0")/$1"\n');
    const secrets = [{ name: 'A', valueFrom: '../victim' }];
    const family = await register(user, 'out', [container({ command: show, secrets })]);
    const env = { LONGSHORE_SECRETS_COMMAND: `sh ${script}` };
    const outcome = await user.run(['run-task', '--task-definition', family, '--wait'], { env });
    expect(outcome).toMatchObject({
      code: 125,
      stdout: expect.stringContaining('no secret may be called so'),
    });
  });

  it('that are missing fail the task before its host is asked for anything', async () => {
    const family = await register(user, 'missing', [
      container({ secrets: [{ name: 'A', valueFrom: 'nowhere' }], image: 'not-there:1' }),
    ]);
    const outcome = await user.run(['run-task', '--task-definition', family, '--wait']);
    expect(outcome.code).toBe(125);
    const { tasks = [] } = JSON.parse(outcome.stdout) as RunTaskResponse;
    expect(tasks[0]?.stoppedReason).toMatch(
      /^ResourceInitializationError: .*nowhere: there is no such secret/,
    );
  });

  it('are seen nowhere but in the container and the state keeps them encrypted', async () => {
    await put('hidden', value);
    const family = await register(user, 'hidden', [
      container({
        secrets: [{ name: 'A', valueFrom: 'hidden' }],
        logConfiguration: {
          logDriver: 'json-file',
          secretOptions: [{ name: 'tag', valueFrom: 'hidden' }],
        },
      }),
    ]);
    const seen: string[] = [];
    const watching = setInterval(() => seen.push(...argumentsOfAll()), 100);
    const run = await user.run(['run-task', '--task-definition', family, '--debug']);
    clearInterval(watching);
    expect(run.code).toBe(0);
    const { tasks = [] } = JSON.parse(run.stdout) as RunTaskResponse;
    const id = idOf(tasks[0]?.taskArn);
    const host = cluster.host('web1');
    const [name = ''] = (
      await host.docker('ps', '--format', '{{.Names}}', '--filter', `label=longshore.task-id=${id}`)
    ).split('\n');
    expect(await host.docker('inspect', '--format', '{{.Config.Env}}', name)).toContain(`A=${value}`);
    expect(await host.docker('inspect', '--format', '{{.HostConfig.LogConfig.Config.tag}}', name)).toBe(
      value,
    );
    const told = [
      run.stdout,
      run.stderr,
      await host.docker('inspect', '--format', '{{json .Config.Labels}}', name),
      await host.docker('events', '--since', '5m', '--until', '0s', '--format', '{{json .}}'),
      (await user.ok('describe-tasks', '--tasks', id)).stdout,
      (await user.ok('describe-task-definition', '--task-definition', family)).stdout,
      (await user.ok('state', 'export')).stdout,
      (await user.ok('list-secrets')).stdout,
      ...seen,
    ];
    expect(seen.some((line) => line.includes('run-task'))).toBe(true);
    for (const text of told) expect(text).not.toContain(value);
    for (const file of filesBelow(user.dir)) expect(readFileSync(file).includes(value), file).toBe(false);
    await user.ok('stop-task', '--task', id);
  });

  it('are not in what a lost state gets back, and its definitions get none', async () => {
    await put('kept', value);
    const family = await register(user, 'back', [
      container({
        environment: [{ name: 'PLAIN', value: 'x' }],
        secrets: [{ name: 'A', valueFrom: 'kept' }],
      }),
    ]);
    const { tasks = [] } = await user.json<RunTaskResponse>('run-task', '--task-definition', family);
    const other = new User(cluster);
    try {
      await other.ok('recover', '--hosts', 'web1');
      const { taskDefinition } = await other.json<DescribeTaskDefinitionResponse>(
        ...['describe-task-definition', '--task-definition', family],
      );
      expect(taskDefinition?.containerDefinitions?.[0]).toMatchObject({
        environment: [{ name: 'PLAIN', value: 'x' }],
        secrets: [{ name: 'A', valueFrom: 'kept' }],
      });
      const id = idOf(tasks[0]?.taskArn);
      const described = await other.json<DescribeTasksResponse>('describe-tasks', '--tasks', id);
      expect(described.tasks).toMatchObject([{ lastStatus: 'RUNNING' }]);
      expect((await other.ok('state', 'export')).stdout).not.toContain(value);
      const outcome = await other.run(['run-task', '--task-definition', family]);
      expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('came from a host') });
      const service = ['--service-name', 'thief', '--task-definition', family, '--desired-count', '0'];
      await other.ok('create-service', ...service);
      const deployed = await other.run(['deploy', '--service', 'thief', '--env', 'PLAIN=y']);
      expect(deployed).toMatchObject({ code: 1, stderr: expect.stringContaining('came from a host') });
      await other.ok('delete-service', '--service', 'thief');
    } finally {
      other.remove();
    }
  });
});

/** Command lines of all processes of this machine, which the hosts' are part of. */
function argumentsOfAll(): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.flatMap((id) => {
    try {
      return [readFileSync(`/proc/${id}/cmdline`, 'utf8')];
    } catch {
      return [];
    }
  });
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  // What the tests themselves have put there.
  const own = /\/(env|keys)(\/|$)/;
  return entries
    .filter((entry) => entry.isFile() && !own.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name));
}
