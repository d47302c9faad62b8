import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Failure, ListTasksResponse, RunTaskResponse, Task } from '../../src/lib/api/types.js';
import { acquire } from '../hosts/acquire.js';
import type { TestCluster } from '../hosts/cluster.js';
import { describeWithHosts } from '../hosts/vitest.js';
import { container, register, web } from './definitions.js';
import { labelled, runningTasks, taken, type Labelled } from './labels.js';
import { idOf, told, User } from './longshore.js';
import { sizeOf, type Size } from './size.js';

/** What fills three hosts. */
const everything = { cpu: 15, memory: 12, port: 3 };

describeWithHosts('many clients at once, on real hosts', () => {
  let cluster: TestCluster;
  const users: User[] = [];

  beforeAll(async () => void (cluster = await acquire({ name: 'product' })));
  afterEach(async () => {
    for (const user of users.splice(0)) user.remove();
    for (const host of cluster.hosts) await clear(cluster, host.name);
  });
  afterAll(() => cluster?.release());

  /** A user with a state of its own, and the hosts in it. */
  const newUser = async (...flags: string[]): Promise<User> => {
    const user = new User(cluster);
    users.push(user);
    await user.ok('create-cluster', ...flags);
    for (const host of cluster.hosts)
      await user.ok('register-container-instance', '--host', host.name, ...sharing(flags));
    return user;
  };
  /** 5 of `cpu`, 4 of `memory` and 1 of `port` fill a host, together too. */
  const registerAll = async (user: User, { cpu, memory }: Size): Promise<void> => {
    await register(user, 'cpu', [container({ cpu: Math.floor(cpu / 5 - 4), memory: 8 })]);
    await register(user, 'memory', [
      container({ cpu: 1, memoryReservation: Math.floor(memory / 4 - 40), memory: undefined }),
    ]);
    const port = { containerPort: 80, hostPort: 8099 };
    await register(user, 'port', [web('port', { cpu: 1, memory: 8, portMappings: [port] })]);
  };

  /** Runs these commands at once, with an eye on the hosts all the while. */
  const race = async (commands: { user: User; args: string[] }[], size: Size): Promise<Accepted> => {
    let over = false;
    const watching = (async () => {
      while (!over) {
        expectNothingExceeded(await labelled(cluster.hosts), cluster, size);
        await sleep(100);
      }
    })();
    const outcomes = await Promise.all(
      commands.map(async ({ user, args }) => ({ args, outcome: await user.run(['run-task', ...args]) })),
    );
    over = true;
    await watching;
    const containers = await labelled(cluster.hosts);
    expectNothingExceeded(containers, cluster, size);
    expect(containers.filter(({ state }) => state === 'created')).toEqual([]);
    const answers = outcomes.map(({ args, outcome }) => {
      expect([0, 3, 4], told(args, outcome)).toContain(outcome.code);
      return JSON.parse(outcome.stdout) as RunTaskResponse;
    });
    const tasks = answers.flatMap((answer) => answer.tasks ?? []);
    expect(tasks.map((task) => [task.lastStatus, task.stoppedReason])).toEqual(
      tasks.map(() => ['RUNNING', undefined]),
    );
    return { tasks, failures: answers.flatMap((answer) => answer.failures ?? []), containers };
  };

  const listed = async (user: User, ...args: string[]) =>
    ((await user.json<ListTasksResponse>('list-tasks', ...args)).taskArns ?? []).map(idOf).sort();

  it('8 clients on one state fill the hosts to the brim, and no further', async () => {
    const user = await newUser();
    const size = await sizeOf(user);
    await registerAll(user, size);
    const wanted = [
      ...Array.from({ length: 3 }, () => ['--task-definition', 'cpu', '--count', '6']),
      ...Array.from({ length: 3 }, () => ['--task-definition', 'memory', '--count', '5']),
      ...Array.from({ length: 2 }, () => ['--task-definition', 'port', '--count', '2']),
    ];
    const { tasks, failures, containers } = await race(
      wanted.map((args) => ({ user, args })),
      size,
    );

    const running = runningTasks(containers)
      .map((c) => c.taskId)
      .sort();
    expect(tasks.map((task) => idOf(task.taskArn)).sort()).toEqual(running);
    expect(await listed(user)).toEqual(running);
    expect(tasks.length + failures.length).toBe(3 * 6 + 3 * 5 + 2 * 2);
    const count = (family: string) => tasks.filter((task) => task.group === `family:${family}`).length;
    expect({ cpu: count('cpu'), memory: count('memory'), port: count('port') }).toEqual(everything);
    expect(new Set(failures.map(({ reason }) => reason))).toEqual(
      new Set(['RESOURCE:CPU', 'RESOURCE:MEMORY', 'RESOURCE:PORTS']),
    );
    expect((await user.run(['run-task', '--task-definition', 'port'])).code).toBe(4);
  });

  it('2 states on the same hosts, 4 clients each, leave each other’s tasks their room', async () => {
    const [one, other] = [await newUser(), await newUser()];
    const size = await sizeOf(one);
    for (const user of [one, other]) await registerAll(user, size);
    const wanted = [
      ['--task-definition', 'cpu', '--count', '6'],
      ['--task-definition', 'cpu', '--count', '4'],
      ['--task-definition', 'memory', '--count', '8'],
      ['--task-definition', 'port', '--count', '2'],
    ];
    const { tasks, failures, containers } = await race(
      [one, other].flatMap((user) => wanted.map((args) => ({ user, args }))),
      size,
    );

    const running = runningTasks(containers)
      .map((c) => c.taskId)
      .sort();
    expect(tasks.map((task) => idOf(task.taskArn)).sort()).toEqual(running);
    expect(tasks.length + failures.length).toBe(2 * (6 + 4 + 8 + 2));
    // Each state sees what the other one has started.
    expect(await listed(one)).toEqual(running);
    expect(await listed(other)).toEqual(running);
    // Whatever room the race has left is there for the next.
    await race([{ user: one, args: ['--task-definition', 'cpu', '--count', '15'] }], size);
    await race([{ user: one, args: ['--task-definition', 'memory', '--count', '12'] }], size);
    await race([{ user: other, args: ['--task-definition', 'port', '--count', '3'] }], size);
    const full = await labelled(cluster.hosts);
    const count = (family: string) =>
      runningTasks(full).filter(({ labels }) => labels['com.amazonaws.ecs.task-definition-family'] === family)
        .length;
    expect({ cpu: count('cpu'), memory: count('memory'), port: count('port') }).toEqual(everything);
  });

  it('2 clusters that share their hosts, too', async () => {
    const one = await newUser('--cluster-name', 'default');
    const other = await newUser('--cluster-name', 'other');
    const size = await sizeOf(one);
    for (const user of [one, other]) await registerAll(user, size);
    const wanted = [...Array.from({ length: 4 }, () => ['--task-definition', 'cpu', '--count', '4'])];
    const { tasks, failures, containers } = await race(
      wanted.flatMap((args) => [
        { user: one, args },
        { user: other, args: [...args, '--cluster', 'other'] },
      ]),
      size,
    );
    expect(tasks.length + failures.length).toBe(2 * 4 * 4);
    expect(runningTasks(containers)).toHaveLength(tasks.length);
    const lists = [...(await listed(one)), ...(await listed(other, '--cluster', 'other'))];
    expect(lists.sort()).toEqual(
      runningTasks(containers)
        .map((c) => c.taskId)
        .sort(),
    );
  });
});

interface Accepted {
  tasks: Task[];
  failures: Failure[];
  containers: Labelled[];
}

function expectNothingExceeded(containers: readonly Labelled[], cluster: TestCluster, size: Size): void {
  for (const { name } of cluster.hosts) {
    const { cpu, memory, ports } = taken(containers, name);
    expect(cpu, `CPU units taken of ${name}`).toBeLessThanOrEqual(size.cpu);
    expect(memory, `MiB taken of ${name}`).toBeLessThanOrEqual(size.memory);
    expect(ports, `ports taken of ${name}`).toHaveLength(new Set(ports).size);
  }
}

/** The second cluster on a host has to say that it knows. */
function sharing(flags: readonly string[]): string[] {
  const name = flags.at(1);
  return name === undefined ? [] : ['--cluster', name, ...(name === 'default' ? [] : ['--shared'])];
}

/** No containers and no markers: the next test begins anew. */
async function clear(cluster: TestCluster, name: string): Promise<void> {
  const host = cluster.host(name);
  await host.shell('docker ps -aq | xargs -r docker rm -f; docker volume ls -q | xargs -r docker volume rm');
}
