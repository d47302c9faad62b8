import { expect } from 'vitest';
import type {
  DescribeContainerInstancesResponse,
  DescribeTasksResponse,
  ListTasksResponse,
} from '../../src/lib/api/types.js';
import type { TestHost } from '../hosts/host.js';
import { labelled, runningTasks, taken } from './labels.js';
import { idOf, type User } from './longshore.js';

interface StateExport {
  records: { key: string; value: { claims?: Record<string, unknown> } }[];
}

/** Records, containers and reservations say the same, and nothing is under way. `when` is for the failed test's message. */
export async function expectAgreement(user: User, hosts: readonly TestHost[], when: string): Promise<void> {
  const containers = await labelled(hosts);
  expect(
    containers.filter(({ state }) => state === 'created'),
    `created only, ${when}`,
  ).toEqual([]);

  const listed = await user.json<ListTasksResponse>('list-tasks', '--no-refresh');
  const ids = (listed.taskArns ?? []).map(idOf).sort();
  const running = runningTasks(containers).map((c) => c.taskId);
  expect(running.sort(), `tasks that run, ${when}`).toEqual(ids);
  const recorded = await statesOf(user, ids);
  const up = containers.filter(({ state }) => state === 'running');
  expect(up, `containers that run, ${when}`).toHaveLength(recorded.containers.length);
  expect(
    [...recorded.tasks, ...recorded.containers].filter((state) => state !== 'RUNNING'),
    `states, ${when}`,
  ).toEqual([]);

  const { records } = await user.json<StateExport>('state', 'export');
  const claims = records.flatMap(({ key, value }) =>
    key.startsWith('usage/') ? Object.keys(value.claims ?? {}) : [],
  );
  expect(claims.sort(), `reservations, ${when}`).toEqual(ids);
  expect(
    records.filter(({ key }) => key.startsWith('owner/')),
    `owners that are gone, ${when}`,
  ).toEqual([]);

  const { containerInstances = [] } = await user.json<DescribeContainerInstancesResponse>(
    ...['describe-container-instances', '--no-refresh', '--container-instances'],
    ...hosts.map(({ name }) => name),
  );
  for (const {
    ec2InstanceId = '',
    registeredResources = [],
    remainingResources = [],
  } of containerInstances) {
    const cpu = (of: typeof registeredResources) => of.find(({ name }) => name === 'CPU')?.integerValue ?? 0;
    const free = cpu(registeredResources) - taken(containers, ec2InstanceId).cpu;
    expect(cpu(remainingResources), `CPU units left on ${ec2InstanceId}, ${when}`).toBe(free);
  }
}

/** Of all tasks and of all their containers, by the records. */
async function statesOf(user: User, ids: string[]): Promise<Record<'tasks' | 'containers', unknown[]>> {
  if (ids.length === 0) return { tasks: [], containers: [] };
  const words = ['describe-tasks', '--no-refresh', '--tasks', ...ids];
  const { tasks = [] } = await user.json<DescribeTasksResponse>(...words);
  const containers = tasks.flatMap((task) => task.containers ?? []);
  return {
    tasks: tasks.map((task) => task.lastStatus),
    containers: containers.map((container) => container.lastStatus),
  };
}
