import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { containerInstanceArn, taskArn } from '../../api/arn.js';
import { containerInstanceNotFound, emptyList } from '../../api/errors.js';
import { activeCluster } from '../clusters.js';
import { findInstance } from '../container-instances.js';
import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import { driveServices } from './driver.js';

/** Ms; a longer timer of Node.js ends at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * Drives the services of a cluster until instances have no task left, for `timeout` seconds, or until aborted: those of
 * services are replaced elsewhere where the instance is DRAINING, others are waited for. Answers with the tasks that are
 * left. Errors: ClusterNotFoundException, InvalidParameterException.
 */
export async function waitDrained(
  input: OperationInput<'WaitDrained'>,
  ctx: EngineContext,
): Promise<OperationOutput<'WaitDrained'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.containerInstances.length === 0) throw emptyList('Container Instances');
  const instances: InstanceRecord[] = [];
  for (const text of input.containerInstances) {
    const instance = await findInstance(ctx, cluster, text);
    if (instance === undefined) throw containerInstanceNotFound(text);
    instances.push(instance);
  }
  const ids = new Set(instances.map(({ id }) => id));
  const left = async () => {
    const tasks = await ctx.store.list<TaskRecord>({ prefix: keys.tasks(cluster) });
    return tasks.map(({ value }) => value).filter(({ instance }) => ids.has(instance));
  };
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), Math.min((input.timeout ?? Infinity) * 1000, LONGEST));
  const bounded = { ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) };
  try {
    await driveServices(bounded, cluster, { isDone: async () => (await left()).length === 0 });
  } catch (error) {
    if (!bounded.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
  return {
    containerInstances: instances.map(({ id, name, status }) => ({
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
