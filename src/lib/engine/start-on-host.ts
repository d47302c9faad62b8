import type { Failure, TaskDefinition } from '../api/types.js';
import { containerInstanceArn, taskArn } from '../api/arn.js';
import type { Puller } from '../agent/pull.js';
import { startTask } from '../agent/start.js';
import { removeTask } from '../agent/stop.js';
import type { AgentEvent, ForeignUsage, ObservedContainer, TaskSpec } from '../agent/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { diskFull, HostError } from '../hosts/host-error.js';
import { foldAndSave } from './fold.js';
import { noteUsage } from './host-usage.js';
import { keys } from './keys.js';
import { capacityOf } from './placement.js';
import { carryOutStop } from './settle.js';
import { reach } from './sight.js';
import { markStopped, requestStop } from './task-life.js';
import { readTask, updateTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/** What the starts of one operation share. */
export interface Starters {
  puller: Puller;
  definition: TaskDefinition & { family: string; revision: number };
  /** Ids of instances that didn't answer. */
  away: Set<string>;
}

/** A start is decided, or the task is to be placed again. */
export type Attempt =
  | { done: TaskRecord }
  | {
      /** What is said where there is no other place. */
      failure: Failure;
      /** What was learnt of the host's other users. */
      note: (foreign: ForeignUsage) => ForeignUsage;
    };

/** Starts a task on the host that its record names. Throws the signal's reason when the user ended it. */
export async function startOnHost(
  ctx: EngineContext,
  starters: Starters,
  task: TaskRecord,
): Promise<Attempt> {
  const instance = (await ctx.store.get<InstanceRecord>(keys.instance(task.cluster, task.instance)))?.value;
  const host =
    instance === undefined || starters.away.has(instance.id) ? undefined : await reach(ctx, instance);
  if (instance === undefined || host === undefined) {
    starters.away.add(task.instance);
    return placeElsewhere(ctx, task, 'AGENT', 'the host does not answer');
  }
  const definition = `${task.family}:${task.revision}`;
  ctx.emit({ type: 'task-placed', taskId: task.id, host: instance.name, definition });
  const images = new Set(task.containers.map((container) => container.image));
  const pulls = new Pulls(ctx, host.name, task);
  try {
    const outcome = await startTask(host, specOf(ctx, starters, task), {
      capacity: capacityOf(instance),
      puller: starters.puller,
      pull: { behavior: ctx.settings.pullBehavior, timeout: ctx.settings.pullTimeout },
      isWanted: async () => (await readTask(ctx, task.cluster, task.id))?.desiredStatus === 'RUNNING',
      clock: ctx.clock,
      random: ctx.random,
      signal: ctx.signal,
      onEvent: pulls.onEvent,
    });
    switch (outcome.kind) {
      case 'started':
        return { done: await recordStarted(ctx, host, task, outcome.containers, pulls) };
      case 'unwanted':
        return { done: (await readTask(ctx, task.cluster, task.id)) ?? task };
      case 'failed':
        if (isDiskFull(outcome.reason)) return leaveFullDisk(ctx, starters, task, host);
        return { done: await failedToStart(ctx, task, outcome.reason, outcome.container) };
      case 'withdrawn':
        ctx.emit({ type: 'task-withdrawn', taskId: task.id, host: host.name, reason: outcome.detail });
        await noteUsage(ctx, instance, host);
        return placeElsewhere(ctx, task, outcome.reason, outcome.detail);
      case 'port-taken':
        ctx.emit({ type: 'task-withdrawn', taskId: task.id, host: host.name, reason: outcome.detail });
        return placeElsewhere(ctx, task, 'RESOURCE:PORTS', outcome.detail, (foreign) => ({
          ...foreign,
          ports: [...new Set([...foreign.ports, ...outcome.ports])],
        }));
    }
  } catch (error) {
    if (ctx.signal.aborted) {
      await undoInterrupted(ctx, host, task);
      throw error;
    }
    if (!(error instanceof HostError)) throw error;
    starters.away.add(task.instance);
    ctx.emit({ type: 'host-failed', host: host.name, error });
    // Containers are created when all images are there: before that the host holds nothing of the task.
    if (pulls.done < images.size) return placeElsewhere(ctx, task, 'AGENT', error.message);
    return { done: await lostHalfway(ctx, task, `Task failed to start: ${error.message}`) };
  }
}

/** In whatever the engine was at: a pull, a container's layer, its log. */
const isDiskFull = (reason: string) => /no space left on device/i.test(reason);

/** It is not the task's fault: it goes to another host, and this one is told of as one that failed. */
function leaveFullDisk(ctx: EngineContext, starters: Starters, task: TaskRecord, host: DockerHost): Attempt {
  starters.away.add(task.instance);
  ctx.emit({ type: 'host-failed', host: host.name, error: diskFull(host.name) });
  return placeElsewhere(ctx, task, 'AGENT', 'no space is left on its disk');
}

/** The task has stopped before it ran; nothing of it is on a host. */
export async function failedToStart(
  ctx: EngineContext,
  task: TaskRecord,
  reason: string,
  container?: string,
): Promise<TaskRecord> {
  const ended = await updateTask(ctx, task.cluster, task.id, (r) => {
    const containers = r.containers.map((c) => (c.name === container ? { ...c, reason } : c));
    return markStopped({ ...r, containers }, { code: 'TaskFailedToStart', reason }, ctx.clock());
  });
  const instance = await ctx.store.get<InstanceRecord>(keys.instance(task.cluster, task.instance));
  const host = instance?.value.name ?? task.instance;
  ctx.emit({ type: 'task-state', taskId: task.id, host, lastStatus: 'STOPPED', reason });
  return ended ?? task;
}

function placeElsewhere(
  ctx: EngineContext,
  task: TaskRecord,
  reason: string,
  detail: string,
  note: (foreign: ForeignUsage) => ForeignUsage = (foreign) => foreign,
): Attempt {
  const arn = containerInstanceArn(ctx.identity, task.cluster, task.instance);
  return { failure: { arn, reason, detail }, note };
}

async function recordStarted(
  ctx: EngineContext,
  host: DockerHost,
  task: TaskRecord,
  containers: readonly ObservedContainer[],
  { startedAt, stoppedAt }: Pulls,
): Promise<TaskRecord> {
  let living = false;
  const current = await foldAndSave(ctx, host, task, containers, (record) => {
    living = true;
    const pull = startedAt === undefined ? {} : { pullStartedAt: startedAt, pullStoppedAt: stoppedAt };
    return { ...record, owner: undefined, ...pull };
  });
  // Its record had ended while it started: then nothing of it may run.
  if (!living) await removeTask(host, task.id);
  else if (current?.lastStatus === 'STOPPING') return carryOutStop(ctx, host, current);
  return current ?? task;
}

/** The host was lost half-way: what it holds is unknown, so the task is to stop, and a settling verb sees to it. */
async function lostHalfway(ctx: EngineContext, task: TaskRecord, reason: string): Promise<TaskRecord> {
  const cause = { code: 'TaskFailedToStart' as const, reason };
  const after = await updateTask(ctx, task.cluster, task.id, (r) => ({
    ...requestStop(r, cause, ctx.clock()),
    owner: undefined,
  }));
  return after ?? task;
}

/** What the user interrupted is undone; where that can't be made sure of, a settling verb will. */
async function undoInterrupted(ctx: EngineContext, host: DockerHost, task: TaskRecord): Promise<void> {
  const reason = 'Task failed to start: interrupted';
  try {
    await removeTask(host, task.id);
    await failedToStart(ctx, task, reason);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    await lostHalfway(ctx, task, reason);
  }
}

function specOf(ctx: EngineContext, { definition }: Starters, task: TaskRecord): TaskSpec {
  const {
    id,
    cluster,
    definitionHash,
    overrides,
    group,
    startedBy,
    launchType,
    tags,
    createdAt,
    resources,
    bindings,
  } = task;
  return {
    id,
    cluster,
    instanceId: task.instance,
    arn: taskArn(ctx.identity, cluster, id),
    definition,
    definitionHash,
    overrides,
    group,
    ...(startedBy === undefined ? {} : { startedBy }),
    launchType,
    tags,
    createdAt,
    resources,
    bindings,
  };
}

/** Follows the pulls of one task's start: their times for its record, their progress for whoever watches. */
class Pulls {
  startedAt: number | undefined;
  stoppedAt: number | undefined;
  done = 0;

  constructor(
    private readonly ctx: EngineContext,
    private readonly host: string,
    private readonly task: TaskRecord,
  ) {}

  readonly onEvent = (event: AgentEvent): void => {
    const { ctx, host } = this;
    if (event.type === 'pull-started') this.startedAt ??= event.at;
    if (event.type === 'pull-progress') {
      const { image, status, current, total } = event;
      ctx.emit({ type: 'pull', host, image, status, current, total, done: false });
    }
    if (event.type === 'pull-stopped') {
      this.stoppedAt = event.at;
      this.done += 1;
      const facts = { host, image: event.image, status: 'pulled', current: 0, total: 0, done: true };
      if (!event.cached) ctx.emit({ type: 'pull', ...facts });
    }
    if (event.type === 'container-created') {
      ctx.emit({ type: 'task-state', taskId: this.task.id, host, lastStatus: 'PENDING' });
    }
  };
}
