import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { containerInstanceArn, taskArn } from '../../api/arn.js';
import { containerInstanceNotFound, emptyList } from '../../api/errors.js';
import { activeCluster } from '../clusters.js';
import { findInstance } from '../container-instances.js';
import type { EngineContext } from '../context.js';
import { keys, serviceOf } from '../keys.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import { driveServices } from './driver.js';

/** Ms; a longer timer of Node.js ends at once. */
const LONGEST = 2 ** 31 - 1;
/** Ids of tasks that are named; the rest is counted. */
const MOST = 4;

/**
 * Drives the services of a cluster until instances have no task left, for `timeout` seconds, or until aborted: those of
 * services are replaced elsewhere, others are told of and waited for. It is over at once where an instance with tasks isn't
 * DRAINING: nothing leaves it. Answers with the tasks that are left. Errors: ClusterNotFoundException,
 * InvalidParameterException.
 */
export async function waitDrained(
  input: OperationInput<'WaitDrained'>,
  ctx: EngineContext,
): Promise<OperationOutput<'WaitDrained'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.containerInstances.length === 0) throw emptyList('Container Instances');
  const known: InstanceRecord[] = [];
  for (const text of input.containerInstances) {
    const instance = await findInstance(ctx, cluster, text);
    if (instance === undefined) throw containerInstanceNotFound(text);
    known.push(instance);
  }
  const ids = new Set(known.map(({ id }) => id));
  const look = async () => {
    const found = await ctx.store.getMany<InstanceRecord>(known.map(({ id }) => keys.instance(cluster, id)));
    return known.map((instance, i) => found[i]?.value ?? instance);
  };
  const left = async () => {
    const tasks = await ctx.store.list<TaskRecord>({ prefix: keys.tasks(cluster) });
    return tasks.map(({ value }) => value).filter(({ instance }) => ids.has(instance));
  };
  const isOver = async () => {
    const busy = new Set((await left()).map(({ instance }) => instance));
    return busy.size === 0 || (await look()).some(({ id, status }) => busy.has(id) && status !== 'DRAINING');
  };
  if (!(await isOver())) tellOfOthers(ctx, cluster, await left());
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), Math.min((input.timeout ?? Infinity) * 1000, LONGEST));
  const bounded = { ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) };
  try {
    await driveServices(bounded, cluster, { isDone: isOver });
  } catch (error) {
    if (!bounded.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
  return {
    containerInstances: (await look()).map(({ id, name, status }) => ({
      containerInstanceArn: containerInstanceArn(ctx.identity, cluster, id),
      ec2InstanceId: name,
      status,
    })),
    tasks: (await left()).map(({ id, group, instance, lastStatus }) => ({
      taskArn: taskArn(ctx.identity, cluster, id),
      containerInstanceArn: containerInstanceArn(ctx.identity, cluster, instance),
      group,
      lastStatus,
    })),
  };
}

/** Tasks of no service end by themselves, or are ended: no waiting moves them. */
function tellOfOthers(ctx: EngineContext, cluster: string, tasks: readonly TaskRecord[]): void {
  const others = tasks.filter((task) => serviceOf(task) === undefined && task.desiredStatus !== 'STOPPED');
  if (others.length === 0) return;
  const ids = others.slice(0, MOST).map(({ id }) => id.slice(0, 8));
  const more = others.length > MOST ? ` and ${others.length - MOST} more` : '';
  const [are, each] =
    others.length === 1 ? [`task ${ids.join('')} is`, 'it'] : [`tasks ${ids.join(', ')}${more} are`, 'one'];
  const command = `longshore stop-task --cluster ${cluster} --task ${ids[0]}`;
  ctx.emit({ type: 'note', message: `${are} of no service, and waited for; ${command} ends ${each}` });
}
