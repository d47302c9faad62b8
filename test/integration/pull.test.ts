import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DescribeTasksResponse, ListTasksResponse, RunTaskResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import { eachHost, type TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { idOf, User } from './longshore.js';
import { login, Registry } from './registry.js';

/** Each image is asked for under a name of its own, so that no test meets what another has pulled. */
let count = 0;

describeWithHosts('images of a real registry', () => {
  let cluster: TestCluster;
  let registry: Registry;
  let user: User;
  const hosts = ['web1', 'web2', 'web3'];

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    registry = await Registry.start(cluster);
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', ...hosts);
  });
  beforeEach(() => {
    registry.release();
    registry.requests.length = 0;
  });
  afterAll(async () => {
    registry?.stop();
    user?.remove();
    await cluster?.release();
  });

  /** An image in the registry and on none of the hosts; what it prints is its version. */
  async function publish(text: string, reference = registry.reference(`app-${++count}:1`)): Promise<string> {
    const { machines } = cluster;
    const host = machines[0]!;
    await host.docker('create', '--name', 'made', 'busybox', 'true');
    await host.shell('echo "$1" >/tmp/version && docker cp /tmp/version made:/version', [text]);
    await host.docker('commit', 'made', reference);
    await host.docker('rm', 'made');
    await host.docker('push', reference);
    await host.docker('rmi', reference);
    registry.requests.length = 0;
    return reference;
  }

  const define = (image: string, command = ['sleep', '600']) =>
    register(user, `pulled-${count}`, [container({ image, command })]);
  const start = (family: string, ...args: string[]) =>
    user.json<RunTaskResponse>('run-task', '--task-definition', family, ...args);
  const spread = ['--placement-strategy', 'type=spread,field=instanceId'];

  it('are pulled once a host, however many tasks want them, and their digest is shown', async () => {
    const family = await define(await publish('one'));
    const { tasks = [] } = await start(family, '--count', '9', ...spread);
    expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(Array(9).fill('RUNNING'));
    const asked = new Map<string, number>();
    for (const host of registry.blobsAsked()) asked.set(host, (asked.get(host) ?? 0) + 1);
    expect([...asked.keys()].sort()).toEqual(cluster.hosts.map(({ address }) => address).sort());
    // Its configuration and its two layers, no more.
    for (const times of asked.values()) expect(times).toBeLessThanOrEqual(3);
    for (const { containers } of tasks) expect(containers?.[0]?.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('follow their tag by default; `once` takes what is there, `always` fails without the registry', async () => {
    const image = await publish('old');
    const family = await define(image, ['cat', '/version']);
    const says = async (behavior: string) => {
      const { code, stdout, stderr } = await user.run(
        ['run-task', '--task-definition', family, '--wait', '--follow', '--placement-constraints', onWeb2],
        { env: { LONGSHORE_IMAGE_PULL_BEHAVIOR: behavior } },
      );
      return code === 0 ? stdout.trim() : stderr;
    };
    const onWeb2 = 'type=memberOf,expression="ec2InstanceId == web2"';
    expect(await says('default')).toBe('old');
    await publish('new', image);
    expect(await says('once')).toBe('old');
    expect(await says('prefer-cached')).toBe('old');
    expect(await says('default')).toBe('new');
    registry.delay = (line) => (line.includes('/manifests/') ? Infinity : 0);
    const short = { env: { LONGSHORE_IMAGE_PULL_TIMEOUT: '2' } };
    const { code, stdout } = await user.run(
      ['run-task', '--task-definition', family, '--wait', '--follow', '--placement-constraints', onWeb2],
      short,
    );
    expect([code, stdout.trim()]).toEqual([0, 'new']);
    const always = { env: { ...short.env, LONGSHORE_IMAGE_PULL_BEHAVIOR: 'always' } };
    const failed = await user.run(
      ['run-task', '--task-definition', family, '--wait', '--placement-constraints', onWeb2],
      always,
    );
    expect(failed.code).toBe(125);
    expect(failed.stderr).toMatch(/CannotPullContainerError: .*2 s/);
  });

  it('that are not there fail the task in ECS’s words, and at once', async () => {
    const family = await define(registry.reference('none:1'));
    const outcome = await user.run(['run-task', '--task-definition', family]);
    const { tasks = [] } = JSON.parse(outcome.stdout) as RunTaskResponse;
    expect(tasks).toMatchObject([
      {
        lastStatus: 'STOPPED',
        stopCode: 'TaskFailedToStart',
        containers: [{ reason: expect.stringMatching(/^CannotPullContainerError: .*none/) }],
      },
    ]);
  });

  it('show their progress on the way', async () => {
    const family = await define(await publish('progress'));
    registry.delay = (line) => (line.includes('/blobs/') ? 1500 : 0);
    const { stdout: screen } = await user.run(['run-task', '--task-definition', family], { terminal: 100 });
    expect(screen).toMatch(/pulling/);
  });

  it('a client that is killed under a pull leaves nothing behind', async () => {
    const family = await define(await publish('killed'));
    registry.delay = (line) => (line.includes('/blobs/') ? Infinity : 0);
    const running = user.start(['run-task', '--task-definition', family, '--count', '3', ...spread]);
    await expect.poll(() => registry.held.size, { timeout: 20_000 }).toBeGreaterThan(0);
    running.signal('SIGKILL');
    await running.outcome;
    registry.release();
    await user.ok('reconcile');
    const live = await user.json<ListTasksResponse>('list-tasks', '--family', family.split(':')[0]!);
    expect(live.taskArns).toEqual([]);
    const { taskArns: stopped = [] } = await user.json<ListTasksResponse>(
      ...['list-tasks', '--desired-status', 'STOPPED', '--family', family.split(':')[0]!],
    );
    const { tasks } = await user.json<DescribeTasksResponse>(
      'describe-tasks',
      '--tasks',
      ...stopped.map(idOf),
    );
    expect(tasks?.map(({ stopCode }) => stopCode)).toEqual(Array(3).fill('TaskFailedToStart'));
    await eachHost(cluster.hosts, async (host) => {
      expect(
        await host.docker(
          'ps',
          '-aq',
          '--filter',
          `label=com.amazonaws.ecs.task-definition-family=${family.split(':')[0]!}`,
        ),
      ).toBe('');
    });
  });

  describe('of a registry with a password', () => {
    let locked: Registry;
    beforeAll(async () => void (locked = await Registry.start(cluster, { locked: registry })));
    afterAll(() => locked?.stop());

    /** The same image by its name in the registry that asks for the password. */
    const publishLocked = async (text: string) => {
      const open = await publish(text);
      return locked.reference(open.slice(open.indexOf('/') + 1));
    };
    const address = () => locked.reference('').slice(0, -1);
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const auth = base64(`${login.username}:${login.password}`);
    const says = async (family: string, env: Record<string, string> = {}) => {
      const outcome = await user.run(['run-task', '--task-definition', family, '--follow', '--debug'], {
        env,
      });
      expect(outcome.stderr).not.toContain(login.password);
      expect(outcome.stderr).not.toContain(auth);
      return outcome.code === 0 ? outcome.stdout.trim() : outcome.stderr;
    };

    it('need it', async () => {
      const family = await define(await publishLocked('locked'), ['cat', '/version']);
      expect(await says(family)).toMatch(/CannotPullContainerError: .*no basic auth.*docker login here/);
      const wrong = JSON.stringify({ [address()]: { username: 'ann', password: 'wrong' } });
      expect(await says(family, { ECS_ENGINE_AUTH_TYPE: 'docker', ECS_ENGINE_AUTH_DATA: wrong })).toMatch(
        /CannotPullContainerError: .*(unauthorized|denied|authentication)/,
      );
    });

    it('come with what docker login has kept, here and not on the host', async () => {
      user.write('docker/config.json', { auths: { [address()]: { auth } } });
      const family = await define(await publishLocked('by docker login'), ['cat', '/version']);
      expect(await says(family, { DOCKER_CONFIG: `${user.dir}/docker` })).toBe('by docker login');
    });

    it('come with what a credential helper says', async () => {
      const answer = JSON.stringify({ Username: login.username, Secret: login.password });
      const helper = user.write('helpers/docker-credential-test', `#!/bin/sh\ncat >&2\necho '${answer}'\n`);
      chmodSync(helper, 0o755);
      user.write('with-helper/config.json', { credHelpers: { [address()]: 'test' } });
      const family = await define(await publishLocked('by a helper'), ['cat', '/version']);
      const env = {
        DOCKER_CONFIG: `${user.dir}/with-helper`,
        PATH: `${user.dir}/helpers:${process.env.PATH}`,
      };
      expect(await says(family, env)).toBe('by a helper');
    });

    it.each([
      ['dockercfg', () => ({ [address()]: { auth, email: 'a@b' } })],
      ['docker', () => ({ [address()]: { ...login, email: 'a@b' } })],
    ])('come with ECS_ENGINE_AUTH_DATA of type %s', async (type, data) => {
      const family = await define(await publishLocked(`by ${type}`), ['cat', '/version']);
      const env = { ECS_ENGINE_AUTH_TYPE: type, ECS_ENGINE_AUTH_DATA: JSON.stringify(data()) };
      expect(await says(family, env)).toBe(`by ${type}`);
    });

    it('come with repositoryCredentials', async () => {
      const image = await publishLocked('by repositoryCredentials');
      const repositoryCredentials = {
        credentialsParameter: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-AbCdEf',
      };
      const family = await register(user, 'locked', [
        container({ image, command: ['cat', '/version'], repositoryCredentials }),
      ]);
      expect(await says(family)).toContain('registry-AbCdEf: there is no such secret');
      const input = JSON.stringify(login);
      await user.run(['put-secret', '--name', 'registry', '--value-file', '-'], { input });
      expect(await says(family)).toBe('by repositoryCredentials');
    });
  });

  it('are one for all tasks of a command, although their tag moves meanwhile', async () => {
    const image = await publish('first');
    const [, name = ''] = image.split(/\/|:1$/);
    await publish('second', registry.reference(`${name}:2`));
    const family = await define(image);
    // The host that asks first has its answer at once, the others when the tag has moved.
    let quick: string | undefined;
    const late = new Set<string>();
    registry.delay = (line) => {
      const { host = '' } = registry.requests.at(-1) ?? {};
      if (!line.endsWith('/manifests/1') || host === (quick ??= host) || late.has(host)) return 0;
      late.add(host);
      return 4000;
    };
    const running = user.start(['run-task', '--task-definition', family, '--count', '3', ...spread]);
    await expect.poll(() => late.size, { timeout: 20_000 }).toBe(2);
    await registry.moveTag(name, '1', '2');
    const { code, stdout, stderr } = await running.outcome;
    expect(code, stderr).toBe(0);
    const { tasks = [] } = JSON.parse(stdout) as RunTaskResponse;
    const digests = tasks.map(({ containers }) => containers?.[0]?.imageDigest);
    expect(new Set(digests).size, stderr).toBe(1);
    const says = await Promise.all(
      cluster.hosts.map((host) => host.docker('run', '--rm', image, 'cat', '/version')),
    );
    expect(new Set(says)).toEqual(new Set(['first']));
  });
});
