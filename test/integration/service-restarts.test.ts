import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { waitUntil } from '../hosts/wait.js';
import { container, register } from './definitions.js';
import { ServiceUser } from './service-user.js';

/** Ends with code 7 when somebody makes /end in it. */
const command = ['sh', '-c', 'rm -f /end; while ! test -e /end; do sleep 0.1; done; exit 7'];

describeWithHosts('a service whose containers crash while nobody watches', () => {
  let cluster: TestCluster;
  let user: ServiceUser;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product', count: 1 });
    user = new ServiceUser(cluster);
    await user.ok('create-cluster', '--hosts', 'web1');
    await register(user, 'crashing', [container({ command })]);
    await user.ok(
      'create-service',
      '--service-name',
      'app',
      '--task-definition',
      'crashing',
      '--desired-count',
      '1',
    );
  });
  afterAll(async () => {
    user?.endWatchers();
    user?.remove();
    await cluster?.release();
  });

  const restartCount = async (id: string) =>
    Number(await cluster.host('web1').docker('inspect', '--format', '{{.RestartCount}}', id));

  /** Ends its process, so many times, and waits until its engine has started it again. */
  const crash = async (id: string, times: number) => {
    for (let i = 0; i < times; i++) {
      const before = await restartCount(id);
      await cluster.host('web1').docker('exec', id, 'touch', '/end');
      await waitUntil('a restart', 20_000, async () => (await restartCount(id)) === before + 1);
      await waitUntil('its process', 20_000, async () => /true/.test(await running(id)));
    }
  };
  const running = (id: string) =>
    cluster.host('web1').docker('inspect', '--format', '{{.State.Running}} {{.State.Restarting}}', id);
  const told = async () =>
    ((await user.service('app')).events ?? [])
      .map(({ message = '' }) => message)
      .filter((message) => message.includes('started again'))
      .map((message) => message.replace(/^.*\) container/, 'container'));
  const containerId = async () =>
    (await cluster.host('web1').docker('ps', '-q', '--filter', 'label=longshore.container=main')).trim();

  it('is told of each rise of the count once, by the next reconciler, and not by looks', async () => {
    const id = await containerId();
    const policy = () =>
      cluster.host('web1').docker('inspect', '--format', '{{.HostConfig.RestartPolicy.Name}}', id);
    await waitUntil('the policy', 20_000, async () => /unless-stopped/.test(await policy()));
    expect(await told()).toEqual([]);
    await crash(id, 2);
    await user.ok('list-tasks');
    expect(await told()).toEqual([]);

    const { stderr } = await user.ok('reconcile');
    const twice = "container main was started again by its host's engine 2 times; it had ended with code 7.";
    expect(await told()).toEqual([twice]);
    await user.ok('reconcile');
    await user.ok('list-tasks');
    await user.ok('reconcile');
    expect(await told()).toEqual([twice]);

    const watcher = await user.watch();
    await sleep(1500);
    expect(await told()).toEqual([twice]);
    await crash(id, 1);
    const more =
      "container main was started again by its host's engine once more, 3 times in all; it had ended with code 7.";
    await waitUntil('the event', 20_000, async () => (await told()).length > 1);
    await sleep(2500);
    expect(await told()).toEqual([more, twice]);
    expect(watcher.printed.stderr.match(/once more, 3 times in all/g)).toHaveLength(1);
    watcher.signal('SIGTERM');
    await watcher.outcome;
    expect(stderr).toMatch(/app: \w{8} container main was started again/);
    // The task is the one that it was.
    expect(await containerId()).toBe(id);
  }, 120_000);
});
