import type { Failure, ProtectedTask } from '../../api/types.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { taskArn } from '../../api/arn.js';
import { EcsError, emptyList } from '../../api/errors.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { indexes, keys, serviceOf } from '../keys.js';
import type { TaskRecord } from '../records.js';
import { updateTask } from '../task-records.js';
import { resolveTasks } from '../tasks.js';

/** ECS: two hours where nothing is said, 48 at most. */
const DEFAULT_MINUTES = 120;
const MOST_MINUTES = 48 * 60;

/**
 * Keeps tasks of services from being stopped by deployments and by scaling in, for so many minutes. Tasks that have ended or
 * are of no service come back as failures. Errors: ClusterNotFoundException, InvalidParameterException.
 */
export async function updateTaskProtection(
  input: OperationInput<'UpdateTaskProtection'>,
  ctx: EngineContext,
): Promise<OperationOutput<'UpdateTaskProtection'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.tasks.length === 0) throw emptyList('Tasks');
  const minutes = input.expiresInMinutes ?? DEFAULT_MINUTES;
  if (minutes < 1 || minutes > MOST_MINUTES)
    throw new EcsError(
      'InvalidParameterException',
      `expiresInMinutes must be 1 to ${MOST_MINUTES}, but was ${minutes}`,
    );
  const until = ctx.clock() + minutes * 60_000;
  return each(ctx, cluster, input.tasks, (task) =>
    updateTask(ctx, cluster, task.id, ({ protectedUntil: _, ...record }) =>
      input.protectionEnabled ? { ...record, protectedUntil: until } : record,
    ),
  );
}

/** Of the tasks named, or of all that are protected. Errors: ClusterNotFoundException, InvalidParameterException. */
export async function getTaskProtection(
  input: OperationInput<'GetTaskProtection'>,
  ctx: EngineContext,
): Promise<OperationOutput<'GetTaskProtection'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.tasks?.length) return each(ctx, cluster, input.tasks, (task) => Promise.resolve(task));
  const tasks = await ctx.store.list<TaskRecord>({ index: indexes.tasks(cluster, 'RUNNING') });
  const now = ctx.clock();
  const all = tasks.map(({ value }) => present(ctx, value, now));
  return { protectedTasks: all.filter(({ protectionEnabled }) => protectionEnabled), failures: [] };
}

async function each(
  ctx: EngineContext,
  cluster: string,
  texts: readonly string[],
  change: (task: TaskRecord) => Promise<TaskRecord | undefined>,
): Promise<{ protectedTasks: ProtectedTask[]; failures: Failure[] }> {
  const ids = await resolveTasks(ctx, cluster, texts);
  const outcomes = await Promise.all(
    ids.map(async (id): Promise<ProtectedTask | Failure> => {
      const task = (await ctx.store.get<TaskRecord>(keys.task(cluster, id)))?.value;
      const arn = taskArn(ctx.identity, cluster, id);
      if (task === undefined) return { arn, reason: 'MISSING' };
      if (serviceOf(task) === undefined)
        return {
          arn,
          reason: 'TASK_NOT_VALID',
          detail: 'it is of no service: nothing but stop-task stops it',
        };
      return present(ctx, (await change(task)) ?? task, ctx.clock());
    }),
  );
  return {
    protectedTasks: outcomes.filter((one): one is ProtectedTask => 'protectionEnabled' in one),
    failures: outcomes.filter((one): one is Failure => 'reason' in one),
  };
}

function present(
  ctx: EngineContext,
  { id, cluster, protectedUntil = 0 }: TaskRecord,
  now: number,
): ProtectedTask {
  const protectionEnabled = protectedUntil > now;
  return {
    taskArn: taskArn(ctx.identity, cluster, id),
    protectionEnabled,
    ...(protectionEnabled && { expirationDate: new Date(protectedUntil) }),
  };
}
