import { afterAll, beforeAll, expect, it } from 'vitest';
import type {
  DescribeServiceRevisionsResponse,
  DescribeTasksResponse,
  ServiceRevision,
} from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register } from './definitions.js';
import { Registry } from './registry.js';
import { ServiceUser } from './service-user.js';

/** Of a task's one container, as Longshore tells of it, and as it reads it from its image. */
interface Running {
  id: string;
  digest: string;
  version: string;
}

describeWithHosts('the images of a service, from a real registry', () => {
  let cluster: TestCluster;
  let registry: Registry;
  let user: ServiceUser;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    registry = await Registry.start(cluster);
    user = new ServiceUser(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
  });
  afterAll(async () => {
    user?.endWatchers();
    registry?.stop();
    user?.remove();
    await cluster?.release();
  });

  /** Pushes an image whose /version says so under a tag that may be there already. Returns its digest. */
  async function push(name: string, version: string): Promise<string> {
    const host = cluster.host('web1');
    const made = registry.reference(`${name}:made`);
    await host.docker('create', '--name', 'made', 'busybox', 'true');
    await host.shell('echo "$1" >/tmp/version && docker cp /tmp/version made:/version', [version]);
    await host.docker('commit', 'made', made);
    await host.docker('rm', 'made');
    const pushed = await host.docker('push', made);
    await host.docker('rmi', made);
    await registry.moveTag(name, '1', 'made');
    return /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1] ?? '';
  }

  async function create(name: string, changes: Parameters<typeof container>[0] = {}): Promise<void> {
    await register(user, name, [container({ image: registry.reference(`${name}:1`), ...changes })]);
    const named = ['create-service', '--service-name', name, '--task-definition', name];
    await user.ok(...named, '--desired-count', '1', ...stopFirst);
  }
  /** A replacement may come on the host of what it replaces, or on another one. */
  const stopFirst = ['--deployment-configuration', 'minimumHealthyPercent=0,maximumPercent=100'];
  const scale = (name: string, count: number) =>
    user.ok('update-service', '--service', name, '--desired-count', String(count));

  async function running(name: string): Promise<Running[]> {
    const { tasks = [] } = await user.json<DescribeTasksResponse>(
      'describe-tasks',
      '--tasks',
      ...(await user.recorded(name)),
    );
    return Promise.all(
      tasks.map(async ({ containers = [], taskArn = '' }) => {
        const id = taskArn.slice(taskArn.lastIndexOf('/') + 1);
        const read = await user.ok('execute-command', '--task', id, '--command', 'cat /version');
        return { id, digest: containers[0]?.imageDigest ?? '', version: read.stdout.trim() };
      }),
    );
  }

  const what = (tasks: readonly Running[]) => tasks.map(({ digest, version }) => `${version} ${digest}`);

  async function revision(name: string): Promise<ServiceRevision | undefined> {
    const { currentServiceRevisions = [] } = await user.service(name);
    const { serviceRevisions } = await user.json<DescribeServiceRevisionsResponse>(
      'describe-service-revisions',
      '--service-revision-arns',
      currentServiceRevisions[0]?.arn ?? '',
    );
    return serviceRevisions?.[0];
  }

  it('are those of its deployment’s first task wherever the tag has moved, until the next deployment', async () => {
    const one = await push('kept', 'one');
    await create('kept');
    expect(what(await running('kept'))).toEqual([`one ${one}`]);
    expect((await revision('kept'))?.containerImages).toEqual([
      { containerName: 'main', image: registry.reference('kept:1'), imageDigest: one },
    ]);

    const two = await push('kept', 'two');
    expect(two).not.toBe(one);
    await scale('kept', 4);
    const scaled = await running('kept');
    expect(what(scaled)).toEqual(Array(4).fill(`one ${one}`));
    expect(new Set((await user.tasksOn('kept')).map(({ host }) => host)).size).toBe(3);

    // One that somebody ends is replaced by the same.
    await user.ok('stop-task', '--task', scaled[0]?.id ?? '');
    await user.ok('wait', 'services-stable', '--services', 'kept');
    const replaced = await running('kept');
    expect(replaced.map(({ id }) => id)).not.toContain(scaled[0]?.id);
    expect(what(replaced)).toEqual(Array(4).fill(`one ${one}`));
    expect((await revision('kept'))?.containerImages?.[0]?.imageDigest).toBe(one);

    const before = await revision('kept');
    await user.ok('update-service', '--service', 'kept', '--force-new-deployment');
    expect(what(await running('kept'))).toEqual(Array(4).fill(`two ${two}`));
    const after = await revision('kept');
    expect(after?.serviceRevisionArn).not.toBe(before?.serviceRevisionArn);
    expect(after?.containerImages?.[0]?.imageDigest).toBe(two);
    await user.ok('delete-service', '--service', 'kept', '--force');
  }, 180_000);

  it('are those of before where a deployment of another image under the same tag is rolled back', async () => {
    const good = await push('back', 'good');
    await create('back', { command: ['sh', '-c', 'grep bad /version && exit 3; sleep 600'] });
    await push('back', 'bad');
    const update = ['update-service', '--service', 'back', '--force-new-deployment', '--fail-fast'];
    const failed = await user.run(update);
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('exit code 3')]);
    expect(what(await running('back'))).toEqual([`good ${good}`]);
    expect((await revision('back'))?.containerImages?.[0]?.imageDigest).toBe(good);
    await user.ok('delete-service', '--service', 'back', '--force');
  }, 120_000);

  it('are what the tag means at each start with versionConsistency disabled', async () => {
    const one = await push('open', 'one');
    await create('open', { versionConsistency: 'disabled' });
    const two = await push('open', 'two');
    await scale('open', 2);
    expect(what(await running('open')).sort()).toEqual([`one ${one}`, `two ${two}`]);
    expect((await revision('open'))?.containerImages).toEqual([
      { containerName: 'main', image: registry.reference('open:1') },
    ]);
    await user.ok('delete-service', '--service', 'open', '--force');
  }, 120_000);
});
