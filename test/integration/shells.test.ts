import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DescribeTasksResponse, RunTaskResponse } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container } from './definitions.js';
import { idOf, User, type Outcome } from './longshore.js';

describeWithHosts('text that a shell would carry out', () => {
  let cluster: TestCluster;
  let user: User;

  beforeAll(async () => {
    cluster = await acquire({ name: 'product' });
    user = new User(cluster);
    await user.ok('create-cluster', '--hosts', 'web1', 'web2', 'web3');
  });
  afterAll(async () => {
    user?.remove();
    await cluster?.release();
  });

  const mark = `/tmp/longshore-pwned-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const touch = `touch ${mark}`;
  const tricks = [
    `$(${touch})`,
    `\`${touch}\``,
    `;${touch};`,
    `' ; ${touch} ; '`,
    `" ; ${touch} ; "`,
    `\n${touch}\n`,
    `| ${touch}`,
    `&& ${touch}`,
    `\${IFS}$(touch\${IFS}${mark})`,
    `-oProxyCommand=${touch}`,
  ];

  /** Neither here, nor on a host, nor in a container. */
  const expectNothingTouched = async () => {
    expect(existsSync(mark)).toBe(false);
    for (const host of cluster.hosts) {
      const found = await host.shell('find / -xdev -name "$1*" 2>/dev/null; true', [
        mark.slice('/tmp/'.length),
      ]);
      expect(found.stdout, host.name).toBe('');
    }
  };
  const expectRefused = (outcome: Outcome) => {
    expect([1, 2, 3, 4], outcome.stderr).toContain(outcome.code);
    expect(outcome.stderr).not.toMatch(/^\s+at /m);
  };

  it('is no host', async () => {
    const soon = ['--connect-timeout', '3'];
    await inTurns(
      tricks.flatMap((trick) => [trick, `ssh://deploy@${trick}`, `${trick}@web1`, `web1:${trick}`]),
      async (host) => {
        // By = so that one that looks like a flag is taken for the value all the same.
        expectRefused(await user.run(['register-container-instance', `--host=${host}`, ...soon]));
      },
    );
    await expectNothingTouched();
  });

  it('is no part of a hosts file', async () => {
    const addresses = ['host', 'user', 'port', 'identityFile', 'proxyJump'];
    const parts = [...addresses, 'name', 'zone', 'portRange', 'publishAddress'];
    const flags = ['--cluster-name', 'tricks', '--connect-timeout', '3'];
    await inTurns(
      parts.flatMap((part, i) =>
        [tricks[i], tricks[(i + 5) % tricks.length]].map((trick) => [part, trick] as const),
      ),
      async ([part, trick]) => {
        const host = { host: 'web1', name: `fresh-${Math.random()}`, [part]: trick };
        const file = user.write(`hosts-${Math.random()}.json`, { hosts: [host] });
        // Some of it is only a name; what matters is that nobody carries it out.
        const outcome = await user.run(['create-cluster', '--hosts-file', file, ...flags]);
        if (addresses.includes(part)) expectRefused(outcome);
      },
    );
    await expectNothingTouched();
  });

  it('is no name of a cluster, family, container or anything else', async () => {
    const definition = (changes: object) =>
      `file://${user.write(`trick-${Math.random()}.json`, { family: 'trick', containerDefinitions: [container(changes)] })}`;
    const containers = JSON.stringify([container()]);
    await inTurns(
      tricks.slice(0, 6).flatMap((trick) => [
        ['create-cluster', `--cluster-name=${trick}`],
        ['list-tasks', `--cluster=${trick}`],
        ['register-task-definition', `--family=${trick}`, '--container-definitions', containers],
        ['register-task-definition', '--cli-input-json', definition({ name: trick })],
        ['register-task-definition', '--cli-input-json', definition({ links: [trick] })],
        ['run-task', `--task-definition=${trick}`],
        ['describe-tasks', `--tasks=${trick}`],
        ['stop-task', `--task=${trick}`],
        ['logs', `--task=${trick}`],
      ]),
      async (words) => expectRefused(await user.run(words)),
    );
    await expectNothingTouched();
  });

  it.each(['forwarded', 'bridged'] as const)(
    'reaches a container as it is, and nobody else (%s)',
    async (way) => {
      if (way === 'bridged') for (const host of cluster.hosts) await host.inflict('stream-local-forbidden');
      const all = tricks.join('¶');
      const file = user.write('all.json', {
        family: 'all',
        containerDefinitions: [
          container({
            command: ['printf', '%s\n', ...tricks, 'END'],
            environment: tricks.map((value, i) => ({ name: `T${i}`, value })),
            dockerLabels: { tricks: all },
          }),
        ],
      });
      await user.ok('register-task-definition', '--cli-input-json', `file://${file}`);
      const { tasks = [] } = await user.json<RunTaskResponse>(
        ...[
          'run-task',
          '--task-definition',
          'all',
          '--wait',
          '--started-by',
          tricks[0] ?? '',
          '--group',
          tricks[1] ?? '',
        ],
        ...[
          '--tags',
          JSON.stringify([{ key: 'trick', value: 'plain' }]),
          '--client-token',
          `${way}${Math.random()}`,
        ],
      );
      const id = idOf(tasks[0]?.taskArn);
      expect((await user.ok('logs', '--task', id)).stdout).toBe(`${tricks.join('\n')}\nEND\n`);
      const { tasks: described = [] } = await user.json<DescribeTasksResponse>(
        'describe-tasks',
        '--tasks',
        id,
      );
      expect(described[0]).toMatchObject({ startedBy: tricks[0], group: tricks[1] });
      const command = ['--', 'printf', '%s\n', ...tricks];
      const words = await user.run(['run-task', '--task-definition', 'all', '--follow', ...command]);
      expect(words.stdout).toBe(`${tricks.join('\n')}\n`);
      if (way === 'bridged') for (const host of cluster.hosts) await host.mend('stream-local-forbidden');
      await expectNothingTouched();
    },
  );
});

/** Some at a time: each is a process. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
