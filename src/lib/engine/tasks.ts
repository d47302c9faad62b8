import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Failure } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { serviceName, taskArn, taskId } from '../api/arn.js';
import { containerInstanceNotFound, emptyList, startedByNotAlone } from '../api/errors.js';
import { serviceNotFound } from '../api/service-errors.js';
import { ENOUGH, onlyOne } from './ambiguous-id.js';
import { activeCluster } from './clusters.js';
import { findInstance } from './container-instances.js';
import { indexes, keys, type TaskFilter } from './keys.js';
import { listPage } from './listing.js';
import { presentTasks } from './present.js';
import { isAllTold, refreshUnlessFresh } from './refresh.js';
import { readTasks } from './task-records.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

/**
 * Tasks of a cluster, after a look at its hosts (`refresh` false: what the records say). Running ones, unless
 * `desiredStatus` is STOPPED. Errors: ClusterNotFoundException, InvalidParameterException, ServiceNotFoundException.
 */
export async function listTasks(
  input: OperationInput<'ListTasks'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListTasks'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  checkFilters(input);
  const filters = await filtersOf(ctx, cluster, input);
  // Only the first page looks: the pages of one listing belong together.
  if (input.refresh !== false && input.nextToken === undefined) await refreshUnlessFresh(ctx, cluster);
  const [by, ...rest] = filters;
  const page = await listPage<TaskRecord>(
    ctx,
    'ListTasks',
    input,
    { index: indexes.tasks(cluster, input.desiredStatus ?? 'RUNNING', by) },
    (task) =>
      rest.every((filter) => matches(task, filter)) &&
      (input.launchType === undefined || task.launchType === input.launchType),
  );
  const service = filters.find(({ what }) => what === 'service')?.value;
  if (page.values.length === 0 && service !== undefined) await checkService(ctx, cluster, service);
  return { taskArns: page.values.map((task) => taskArn(ctx.identity, cluster, task.id)), ...page.next };
}

/**
 * ECS's API model: startedBy "must be the only filter". Launch types and the desired status go with it all the same, since
 * tools that look for their own tasks give both. Throws InvalidParameterException.
 */
function checkFilters({
  startedBy,
  containerInstance,
  family,
  serviceName,
}: OperationInput<'ListTasks'>): void {
  const others = [containerInstance, family, serviceName].filter((other) => other !== undefined);
  if (startedBy !== undefined && others.length > 0) throw startedByNotAlone();
}

/** Tasks of a service that another state keeps may be there, so that who has some isn't asked for. */
async function checkService(ctx: EngineContext, cluster: string, name: string): Promise<void> {
  if ((await ctx.store.get(keys.service(cluster, name))) === undefined) throw serviceNotFound(name, cluster);
}

async function filtersOf(
  ctx: EngineContext,
  cluster: string,
  input: OperationInput<'ListTasks'>,
): Promise<TaskFilter[]> {
  const filters: TaskFilter[] = [];
  if (input.serviceName !== undefined)
    filters.push({ what: 'service', value: serviceName(input.serviceName, cluster) });
  if (input.startedBy !== undefined) filters.push({ what: 'startedBy', value: input.startedBy });
  if (input.containerInstance !== undefined) {
    const instance = await findInstance(ctx, cluster, input.containerInstance);
    if (instance === undefined) throw containerInstanceNotFound(input.containerInstance);
    filters.push({ what: 'instance', value: instance.id });
  }
  if (input.family !== undefined) filters.push({ what: 'family', value: input.family });
  return filters;
}

function matches(task: TaskRecord, { what, value }: TaskFilter): boolean {
  const of = {
    service: task.group.replace(/^service:/, ''),
    startedBy: task.startedBy,
    instance: task.instance,
    family: task.family,
  };
  return of[what] === value;
}

/** Unknown tasks come back as failures with reason MISSING. Errors: ClusterNotFoundException, InvalidParameterException. */
export async function describeTasks(
  input: OperationInput<'DescribeTasks'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeTasks'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.tasks.length === 0) throw emptyList('Tasks');
  const ids = await resolveTasks(ctx, cluster, input.tasks);
  if (input.refresh !== false) await refreshTasks(ctx, cluster, ids);
  const records = await readTasks(ctx, cluster, ids);
  const missing = ids.filter((_, i) => records[i] === undefined);
  const failures = missing.map((id) => missingTask(ctx, cluster, id));
  const found = records.filter((record) => record !== undefined);
  const tasks = await presentTasks(ctx, cluster, found, { tags: input.include?.includes('TAGS') ?? false });
  return { tasks, failures };
}

export const missingTask = (ctx: EngineContext, cluster: string, id: string): Failure => ({
  arn: taskArn(ctx.identity, cluster, id),
  reason: 'MISSING',
});

/** Looks at the hosts of those of the tasks that have not ended, where nobody keeps the records fresh. */
export async function refreshTasks(
  ctx: EngineContext,
  cluster: string,
  ids: readonly string[],
): Promise<void> {
  if (ctx.fresh.has(cluster) && isAllTold(ctx)) return;
  const live = await ctx.store.getMany<TaskRecord>(ids.map((id) => keys.task(cluster, id)));
  const only = new Set(live.flatMap((entry) => (entry === undefined ? [] : [entry.value.instance])));
  if (only.size > 0) await refreshUnlessFresh(ctx, cluster, { only });
}

/** Tasks that are looked up before others have a turn. */
const IN_A_GO = 50;

/** As resolveTask, of many. */
export async function resolveTasks(
  ctx: EngineContext,
  cluster: string,
  texts: readonly string[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const text of texts) {
    ids.push(await resolveTask(ctx, cluster, text));
    if (ids.length % IN_A_GO === 0) await othersTurn();
  }
  return ids;
}

/**
 * The full id behind an id, the beginning of one, or an ARN. What nothing matches comes back as it is (the caller
 * answers MISSING); a beginning that several tasks share is an InvalidParameterException.
 */
export async function resolveTask(ctx: EngineContext, cluster: string, text: string): Promise<string> {
  const id = taskId(text, cluster);
  if (id.length >= 32) return id;
  const lists = await Promise.all(
    [keys.task(cluster, id), keys.stopped(cluster, id)].map((prefix) =>
      ctx.store.list<TaskRecord>({ prefix, limit: ENOUGH }),
    ),
  );
  const candidates = lists.flat().map(({ value: task }) => ({
    id: task.id,
    what: `${task.family}:${task.revision}, ${task.lastStatus}`,
  }));
  return onlyOne('task', id, candidates)?.id ?? id;
}
