import { setTimeout as sleep } from 'node:timers/promises';
import { containerLogs } from '../agent/logs.js';
import { taskNotFound } from '../api/errors.js';
import { HostError } from '../hosts/host-error.js';
import { activeCluster } from './clusters.js';
import { keys } from './keys.js';
import { LogReplay } from './log-replay.js';
import { byArrival, byTime } from './merge.js';
import { ownerWatch } from './owner.js';
import { refreshTasks, resolveTask } from './tasks.js';
import { readTask } from './task-records.js';
import type { LogsRequest, TaskLogLine } from './engine.js';
import type { EngineContext } from './context.js';
import type { ContainerRecord, InstanceRecord, TaskRecord } from './records.js';

const POLL = 500;
/** How often a dropped connection is made again before the log is given up. */
const RECONNECTS = 30;

/**
 * Log lines of tasks, merged over hosts by corrected time (while following: as they come). Of a container that is
 * gone, the last lines that its record kept. Errors: ClusterNotFoundException, InvalidParameterException; HostError.
 */
export async function* taskLogs(request: LogsRequest, ctx: EngineContext): AsyncGenerator<TaskLogLine> {
  const cluster = await activeCluster(ctx, request.cluster);
  const ids = await Promise.all(request.tasks.map((text) => resolveTask(ctx, cluster, text)));
  await refreshTasks(ctx, cluster, ids);
  const sources: AsyncGenerator<TaskLogLine>[] = [];
  for (const [i, id] of ids.entries()) {
    const record = await readTask(ctx, cluster, id);
    if (record === undefined) throw taskNotFound(request.tasks[i] ?? id);
    const containers = record.containers.filter(
      (c) => request.container === undefined || c.name === request.container,
    );
    for (const container of containers) sources.push(containerSource(ctx, record, container.name, request));
  }
  yield* request.follow ? byArrival(sources) : byTime(sources);
}

async function* containerSource(
  ctx: EngineContext,
  task: TaskRecord,
  name: string,
  request: LogsRequest,
): AsyncGenerator<TaskLogLine> {
  const signal = request.signal ?? ctx.signal;
  const container = await whenCreated(ctx, task, name, request.follow ?? false, signal);
  if (container?.runtimeId === undefined) return;
  const instance = await ctx.store.get<InstanceRecord>(keys.instance(task.cluster, task.instance));
  const host = instance?.value.name ?? 'a host that left the cluster';
  const replay = new LogReplay();
  for (let attempt = 0; instance !== undefined && attempt <= RECONNECTS; attempt++) {
    try {
      const docker = await ctx.hosts.connect(instance.value.address, host, { retry: attempt > 0, signal });
      if ((await docker.inspectContainer(container.runtimeId)) === undefined) break;
      const resumed = replay.resume();
      const from = resumed === undefined ? { since: request.since, tail: request.tail } : { since: resumed };
      const options = { follow: request.follow ?? false, until: request.until, ...from, signal };
      for await (const line of containerLogs(docker, container.runtimeId, options)) {
        if (!replay.take(line)) continue;
        attempt = 0;
        const { stream, time = 0, timestamp, text } = line;
        yield { taskId: task.id, container: name, host, stream, time, timestamp, text };
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof HostError) || !error.isOutage || !request.follow || attempt === RECONNECTS)
        throw error;
      await sleep(Math.min(5000, 250 * 2 ** attempt), undefined, { signal }).catch(() => undefined);
    }
  }
  yield* keptLines(ctx, task, name, host, request);
}

/** The container once it is created; undefined where it never was. */
async function whenCreated(
  ctx: EngineContext,
  task: TaskRecord,
  name: string,
  follow: boolean,
  signal: AbortSignal,
): Promise<ContainerRecord | undefined> {
  for (;;) {
    const record = await readTask(ctx, task.cluster, task.id);
    const container = record?.containers.find((c) => c.name === name);
    const decided =
      record === undefined || record.lastStatus === 'STOPPED' || (await isForsaken(ctx, record));
    if (container?.runtimeId !== undefined || decided || !follow || signal.aborted) return container;
    await sleep(POLL, undefined, { signal }).catch(() => undefined);
    await refreshTasks(ctx, task.cluster, [task.id]);
  }
}

/** Nobody starts it any more. */
async function isForsaken(ctx: EngineContext, { owner }: TaskRecord): Promise<boolean> {
  return owner !== undefined && (await ownerWatch(ctx)(owner));
}

async function* keptLines(
  ctx: EngineContext,
  task: TaskRecord,
  name: string,
  host: string,
  request: LogsRequest,
): AsyncGenerator<TaskLogLine> {
  const record = await readTask(ctx, task.cluster, task.id);
  const kept = record?.containers.find((c) => c.name === name)?.lastLog ?? [];
  ctx.emit({
    type: 'note',
    message: `the container ${name} of task ${task.id.slice(0, 8)} is gone from ${host}: these are the last ${kept.length} lines that were kept`,
  });
  for (const { stream, time = 0, text } of request.tail === undefined ? kept : kept.slice(-request.tail)) {
    yield {
      taskId: task.id,
      container: name,
      host,
      stream,
      time,
      timestamp: new Date(time).toISOString(),
      text,
    };
  }
}
