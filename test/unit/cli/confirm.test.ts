import { describe, expect, it } from 'vitest';
import DeleteCluster from '../../../src/commands/delete-cluster.js';
import DeregisterContainerInstance from '../../../src/commands/deregister-container-instance.js';
import Prune from '../../../src/commands/prune.js';
import { NOW, run } from './kit.js';

/** A cluster of so many hosts and tasks. */
const clusterOf = (hosts: number, tasks: number) => ({
  ListTasks: () => ({ taskArns: [] }),
  DescribeClusters: () => ({
    clusters: [
      {
        clusterName: 'staging',
        registeredContainerInstancesCount: hosts,
        runningTasksCount: tasks,
        pendingTasksCount: 0,
      },
    ],
  }),
  DeleteCluster: () => ({ cluster: { clusterName: 'staging' } }),
  DescribeContainerInstances: () => ({
    containerInstances: [{ ec2InstanceId: 'web1', runningTasksCount: tasks, pendingTasksCount: 0 }],
  }),
  DeregisterContainerInstance: () => ({ containerInstance: { ec2InstanceId: 'web1' } }),
});
const last = (ran: Awaited<ReturnType<typeof run>>) => ran.calls.at(-1)?.operation;

describe('delete-cluster --force', () => {
  const argv = ['--cluster', 'staging', '--force'];

  it('asks at a terminal, and says what would go', async () => {
    const ran = await run(DeleteCluster, argv, clusterOf(3, 7), { people: true, replies: [true] });
    expect(ran.err).toBe(
      '? Delete the cluster staging with its 3 hosts? 7 tasks would be stopped, and their containers removed. true\n',
    );
    expect(ran).toMatchObject({ code: 0, out: 'Deleted the cluster staging.\n' });
    expect(ran.calls.at(-1)).toEqual({
      operation: 'DeleteCluster',
      input: { cluster: 'staging', force: true },
    });
  });

  it('does nothing where it is not meant', async () => {
    const ran = await run(DeleteCluster, argv, clusterOf(1, 0), { people: true, replies: [false] });
    expect(ran.err).toBe('? Delete the cluster staging with its 1 host? false\nNothing was changed.\n');
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(last(ran)).toBe('DescribeClusters');
  });

  it.each([['--yes'], ['-y']])('asks nothing with %s', async (yes) => {
    const ran = await run(DeleteCluster, [...argv, yes], clusterOf(3, 7), { people: true, replies: [] });
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.calls).toHaveLength(1);
  });

  it('asks nothing of an empty cluster, nor without --force', async () => {
    const empty = await run(DeleteCluster, argv, clusterOf(0, 0), { people: true, replies: [] });
    expect(empty).toMatchObject({ code: 0, err: '' });
    const plain = await run(DeleteCluster, argv.slice(0, 2), clusterOf(3, 7), { people: true, replies: [] });
    expect(plain).toMatchObject({ code: 0, err: '' });
  });

  it('is refused before anything is done where nobody can be asked', async () => {
    const ran = await run(DeleteCluster, argv, clusterOf(0, 0));
    expect(ran).toMatchObject({ code: 2, calls: [] });
    expect(ran.err).toContain('Add --yes.');
    expect(await run(DeleteCluster, [...argv, '--yes'], clusterOf(3, 7))).toMatchObject({ code: 0, err: '' });
  });
});

describe('deregister-container-instance --force', () => {
  const argv = ['--container-instance', 'web1', '--force'];

  it('asks at a terminal where tasks run', async () => {
    const options = { people: true, replies: [false] };
    const ran = await run(DeregisterContainerInstance, argv, clusterOf(1, 2), options);
    expect(ran.err).toContain(
      '? Take web1 out of the cluster default? Its 2 tasks go on running and are no longer watched. false\n',
    );
    expect(ran.code).toBe(1);
    expect(last(ran)).toBe('DescribeContainerInstances');
  });

  it('asks nothing where none runs, with --yes, or where nobody can be asked', async () => {
    const asked = { people: true, replies: [] };
    for (const [more, tasks, options] of [
      [[], 0, asked],
      [['--yes'], 2, asked],
      // As in ECS: scripts for aws go on working.
      [[], 2, {}],
    ] as const) {
      const ran = await run(DeregisterContainerInstance, [...argv, ...more], clusterOf(1, tasks), options);
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(last(ran)).toBe('DeregisterContainerInstance');
    }
  });
});

describe('prune', () => {
  const leftovers = (n: number) => ({
    clusterName: 'default',
    dryRun: true,
    hosts: [
      {
        name: 'web1',
        containerInstanceArn: 'arn',
        containers: Array.from({ length: n }, (_, i) => ({
          taskId: `${i}`.repeat(32),
          name: 'app',
          runtimeId: 'c'.repeat(64),
          image: 'registry.example.com/team/application:1.0',
          ...(i > 0 && { stoppedAt: new Date(NOW - 4 * 3600_000) }),
        })),
        volumes: [],
        networks: [],
        images: n > 0 ? [{ id: 'sha256:1', names: ['old:1'], size: 12_000_000 }] : [],
      },
    ],
    unreachableHosts: [],
  });
  const engine = (n: number) => ({
    Prune: ({ dryRun = false }: { dryRun?: boolean }) => ({ ...leftovers(n), dryRun }),
  });

  it('asks with what would go, and shows what went', async () => {
    const ran = await run(Prune, ['--images'], engine(2), { people: true, width: 60, replies: [true] });
    expect(ran.err).toBe('? Remove 2 containers of 2 tasks and 1 image on 1 host? true\n');
    expect(ran.out).toBe(
      [
        'HOST  TASK      CONTAINER  IMAGE                     STOPPED',
        'web1  00000000  app        registry.example.com/…  never ran',
        'web1  11111111  app        registry.example.com/…         4h',
        '',
        'HOST  IMAGE     SIZE',
        'web1  old:1  12.0 MB',
        '',
        'Removed 2 containers of 2 tasks and 1 image on 1 host.',
        '',
      ].join('\n'),
    );
    expect(ran.calls.map(({ input }) => input)).toEqual([{ images: true, dryRun: true }, { images: true }]);
  });

  it('warns of logs with --all, and does nothing where it is not meant', async () => {
    const ran = await run(Prune, ['--all'], engine(1), { people: true, replies: [false] });
    expect(ran.err).toContain('The logs of these tasks go with them, but for their last lines. false\n');
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.calls).toHaveLength(1);
  });

  it('asks nothing where nothing would go, nor for --dry-run', async () => {
    const none = await run(Prune, [], engine(0), { people: true, replies: [] });
    expect(none).toMatchObject({ code: 0, out: 'Nothing to remove.\n', err: '' });
    const dry = await run(Prune, ['--dry-run'], engine(1), { people: true, replies: [] });
    expect(dry.out).toMatch(
      /\nWould remove 1 container of 1 task and 1 image on 1 host\. Nothing was changed\.\n$/,
    );
  });

  it('needs --yes where nobody can be asked', async () => {
    expect(await run(Prune, [], engine(1))).toMatchObject({ code: 2, calls: [] });
    expect(await run(Prune, ['--dry-run'], engine(1))).toMatchObject({ code: 0 });
    const { out } = await run(Prune, ['--yes'], engine(1));
    expect(JSON.parse(out)).toMatchObject({ clusterName: 'default', dryRun: false });
  });
});
