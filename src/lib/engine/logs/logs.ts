import { EcsError } from '../../api/errors.js';
import { noSuchContainer } from '../../api/exec-errors.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import type { LogsRequest, TaskLogLine } from '../engine.js';
import type { TaskRecord } from '../records.js';
import { ContainerLog } from './container-log.js';
import { byArrival, byTime } from './merge.js';
import { newcomers } from './newcomers.js';
import { LogReading } from './reading.js';
import { meantContainers, namedTasks, TaskGroup } from './selection.js';

/**
 * Log lines of tasks: those that there are merged over hosts by corrected time; followed, then those that come, as they
 * come, and those of tasks that join the family, service or cluster. A log that can't be read is told of, and the others
 * go on; where none can, its HostError is thrown. Errors: ClusterNotFoundException, InvalidParameterException,
 * ServiceNotFoundException.
 */
export async function* taskLogs(request: LogsRequest, own: EngineContext): AsyncGenerator<TaskLogLine> {
  const reading = new LogReading(own, request);
  const { ctx } = reading;
  const cluster = await activeCluster(ctx, request.cluster);
  const begun = ctx.clock();
  const group = groupOf(ctx, cluster, request);
  const tasks = group ? await group.look() : await namedTasks(ctx, cluster, request.tasks ?? []);
  const logs = tasks.flatMap((task) => logsOf(reading, task));
  if (logs.length === 0) await tellOfNone(reading, group, tasks);
  yield* byTime(logs.map((log) => log.history()));
  if (request.follow) {
    const known = new Set(tasks.map(({ id }) => id));
    yield* byArrival(
      logs.map((log) => log.live()),
      group && joining(reading, newcomers(ctx, group, begun, known, reading.signal)),
    );
  }
  const failure = reading.failure();
  if (failure !== undefined && !reading.signal.aborted) throw failure;
}

function groupOf(ctx: EngineContext, cluster: string, request: LogsRequest): TaskGroup | undefined {
  const { tasks, family, service } = request;
  if (tasks === undefined) return new TaskGroup(ctx, cluster, request);
  if (family === undefined && service === undefined) return undefined;
  throw new EcsError(
    'InvalidParameterException',
    'Logs are asked for by tasks, or by family and service, not by both.',
  );
}

function logsOf(reading: LogReading, task: TaskRecord, options: { isNew?: boolean } = {}): ContainerLog[] {
  const names = meantContainers(task, reading.request).map(({ name }) => name);
  return names.map((name) => new ContainerLog(reading, task, name, { containers: names.length, ...options }));
}

/** The logs of tasks that begin while others are followed. */
async function* joining(
  reading: LogReading,
  tasks: AsyncIterable<TaskRecord>,
): AsyncGenerator<AsyncGenerator<TaskLogLine>> {
  for await (const task of tasks) for (const log of logsOf(reading, task, { isNew: true })) yield log.whole();
}

async function tellOfNone(
  { ctx, request }: LogReading,
  group: TaskGroup | undefined,
  tasks: TaskRecord[],
): Promise<void> {
  const { logGroup, logStreamPrefix } = request;
  if (tasks.length > 0 && logGroup === undefined && logStreamPrefix === undefined) {
    const names = new Set(tasks.flatMap(({ containers }) => containers.map(({ name }) => name)));
    throw noSuchContainer(request.container ?? '', [...names]);
  }
  if (tasks.length > 0) {
    const where = logGroup === undefined ? `a stream ${logStreamPrefix}…` : `the log group ${logGroup}`;
    return ctx.emit({ type: 'note', message: `none of the tasks logs to ${where}` });
  }
  await group?.checkService();
  const waiting = request.follow && group ? '; waiting for one' : '';
  ctx.emit({ type: 'note', message: `no task runs in ${group?.name ?? 'the list'}${waiting}` });
}
