import { expect } from 'vitest';
import type { DescribeServicesResponse, ListTasksResponse, Service } from '../../src/lib/api/types.js';
import type { TestHost } from '../hosts/host.js';
import { labelled, runningTasks, type Labelled } from './labels.js';
import { idOf, type User } from './longshore.js';

/** So that a test need not wait as long as people would. */
export const quick = { LONGSHORE_HEALTHY_AFTER: '2', LONGSHORE_HOST_GRACE: '3' };

export async function serviceOf(user: User, name: string): Promise<Service> {
  const { services } = await user.json<DescribeServicesResponse>('describe-services', '--services', name);
  return services?.[0] as Service;
}

/** Tasks of a family that run, by their containers. */
export async function runningOf(hosts: readonly TestHost[], family: string): Promise<Labelled[]> {
  const own = (await labelled(hosts)).filter(
    ({ labels }) => labels['com.amazonaws.ecs.task-definition-family'] === family,
  );
  return runningTasks(own);
}

export async function tasksOf(user: User, service: string): Promise<string[]> {
  const { taskArns = [] } = await user.json<ListTasksResponse>(
    'list-tasks',
    '--service-name',
    service,
    '--no-refresh',
  );
  return taskArns.map(idOf).sort();
}

/** All that runs of a family is in the records, each once, and there are so many. */
export async function expectOnly(
  user: User,
  hosts: readonly TestHost[],
  service: string,
  count: number,
): Promise<void> {
  await user.ok('list-tasks');
  const containers = (await runningOf(hosts, service)).map(({ taskId }) => taskId).sort();
  expect(containers).toEqual(await tasksOf(user, service));
  expect(containers).toHaveLength(count);
}
