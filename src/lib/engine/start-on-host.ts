import type { Failure, TaskDefinition } from '../api/types.js';
import { containerInstanceArn, taskArn } from '../api/arn.js';
import type { ResolvedTask } from '../agent/resolved.js';
import { startTask } from '../agent/start.js';
import { removeTask } from '../agent/stop.js';
import type { AgentEvent, ForeignUsage, StartOutcome, StartTimes, TaskSpec } from '../agent/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { diskFull, HostError } from '../hosts/host-error.js';
import { foldAndSave } from './fold.js';
import { noteUsage } from './host-usage.js';
import { accountSetting } from './account-settings.js';
import { stopBrokenOff, withNever } from './broken-start.js';
import { failedToStart, lostHalfway, undo } from './failed-start.js';
import { noteImage } from './images/image-records.js';
import { keys } from './keys.js';
import { Pulls } from './pulls.js';
import { capacityOf } from './placement.js';
import { carryOutStop } from './settle.js';
import { forgetVolume, volumesKnown } from './shared-volumes.js';
import { noteConnected, reach } from './sight.js';
import type { Supplies } from './supplies.js';
import { readTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, InstanceRecord, TaskRecord } from './records.js';

/** What the starts of one operation share. */
export interface Starters {
  supplies: Supplies;
  definition: TaskDefinition & { family: string; revision: number };
  /** The values that it refers to. */
  resolved: ResolvedTask;
  /** Ids of instances that didn't answer. */
  away: Set<string>;
}

/** A start is decided, or the task is to be placed again. */
export type Attempt =
  | {
      done: TaskRecord;
      /** What went wrong that is no fault of the task or its host. */
      fault?: unknown;
    }
  | {
      /** What is said where there is no other place. */
      failure: Failure;
      /** What was learnt of the host's other users. */
      note: (foreign: ForeignUsage) => ForeignUsage;
    };

/**
 * Starts a task on the host that its record names. When aborted on the way there it throws the signal's reason; later,
 * what has not started is undone. `onWait` is called when it begins to wait for containers of its own.
 */
export async function startOnHost(
  ctx: EngineContext,
  starters: Starters,
  task: TaskRecord,
  onWait: () => void = () => undefined,
): Promise<Attempt> {
  ctx.signal.throwIfAborted();
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
    const outcome = await startTask(host, await specOf(ctx, starters, task, instance, pulls.times), {
      capacity: capacityOf(instance),
      puller: starters.supplies.puller,
      credentials: starters.supplies.credentials,
      resolved: starters.resolved,
      pull: { behavior: ctx.settings.pullBehavior, timeout: ctx.settings.pullTimeout },
      expectedVolumes: await volumesKnown(ctx, task, starters.definition),
      onImage: (name, image) => noteImage(ctx, instance, name, image),
      isWanted: async () => (await readTask(ctx, task.cluster, task.id))?.desiredStatus === 'RUNNING',
      clock: ctx.clock,
      random: ctx.random,
      signal: ctx.signal,
      onEvent: (event) => {
        pulls.onEvent(event);
        tell(ctx, host, task, event);
      },
      // Others see what runs already, and its log.
      onWait: async (containers) => {
        onWait();
        await foldAndSave(ctx, host, task, containers, (record) => ({ ...record, ...pulls.times }));
      },
    });
    switch (outcome.kind) {
      case 'started':
        return { done: await recordStarted(ctx, host, task, outcome, pulls) };
      case 'broken-off':
        return {
          done: await stopBrokenOff(ctx, host, task, outcome, (record) => ({ ...record, ...pulls.times })),
        };
      case 'unwanted':
        return { done: (await readTask(ctx, task.cluster, task.id)) ?? task };
      case 'failed':
        if (isDiskFull(outcome.reason)) return leaveFullDisk(ctx, starters, task, host);
        return { done: await failedToStart(ctx, task, outcome.reason, { ...outcome, times: pulls.times }) };
      case 'withdrawn':
        ctx.emit({ type: 'task-withdrawn', taskId: task.id, host: host.name, reason: outcome.detail });
        await noteUsage(ctx, instance, host);
        return placeElsewhere(ctx, task, outcome.reason, outcome.detail);
      case 'volume-missing':
        return leaveWithoutData(ctx, task, host, outcome.volume);
      case 'address-taken':
        ctx.emit({ type: 'task-withdrawn', taskId: task.id, host: host.name, reason: outcome.detail });
        return placeElsewhere(ctx, task, 'RESOURCE:ENI', outcome.detail, (foreign) => ({
          ...foreign,
          addresses: [...(foreign.addresses ?? []), outcome.address],
        }));
      case 'port-taken':
        ctx.emit({ type: 'task-withdrawn', taskId: task.id, host: host.name, reason: outcome.detail });
        return placeElsewhere(ctx, task, 'RESOURCE:PORTS', outcome.detail, (foreign) => ({
          ...foreign,
          ports: [...new Set([...foreign.ports, ...outcome.ports])],
        }));
    }
  } catch (error) {
    if (ctx.signal.aborted || !(error instanceof HostError)) return undo(ctx, host, task, error);
    starters.away.add(task.instance);
    ctx.emit({ type: 'host-failed', host: host.name, error });
    // Containers are created when all images are there: before that the host holds nothing of the task.
    if (pulls.done < images.size) return placeElsewhere(ctx, task, 'AGENT', error.message);
    // Who judges the start is to know that its host wasn't there, though it may be back at once.
    if (error.isOutage && error.kind !== 'timeout') await noteConnected(ctx, instance, false);
    return { done: await lostHalfway(ctx, task, `Task failed to start: ${error.message}`) };
  }
}

/** Its data may be on another host by now, by another state's doing. */
async function leaveWithoutData(
  ctx: EngineContext,
  task: TaskRecord,
  host: DockerHost,
  volume: string,
): Promise<Attempt> {
  const reason = `the volume ${volume} is no longer there`;
  ctx.emit({ type: 'task-withdrawn', taskId: task.id, host: host.name, reason });
  await forgetVolume(ctx, task, volume);
  return placeElsewhere(ctx, task, 'VOLUME', reason);
}

function tell(ctx: EngineContext, host: DockerHost, { id: taskId }: TaskRecord, event: AgentEvent): void {
  if (event.type === 'waiting') ctx.emit({ type: 'task-waiting', taskId, host: host.name, for: event.for });
  if (event.type === 'container-left-out') {
    const message = `task ${taskId.slice(0, 8)} goes on without container ${event.container}: ${event.reason}`;
    ctx.emit({ type: 'warning', message });
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
  { containers, never }: Extract<StartOutcome, { kind: 'started' }>,
  { times }: Pulls,
): Promise<TaskRecord> {
  let living = false;
  const current = await foldAndSave(ctx, host, task, containers, (record) => {
    living = true;
    return { ...withNever(record, never), owner: undefined, ...times };
  });
  // Its record had ended while it started: then nothing of it may run.
  if (!living) await removeTask(host, task.id);
  else if (current?.lastStatus === 'STOPPING') return carryOutStop(ctx, host, current);
  return current ?? task;
}

async function specOf(
  ctx: EngineContext,
  { definition }: Starters,
  task: TaskRecord,
  { zone }: InstanceRecord,
  times: StartTimes,
): Promise<TaskSpec> {
  const {
    id,
    cluster,
    definitionHash,
    overrides,
    group,
    startedBy,
    launchType,
    capacityProvider,
    platformVersion,
    tags,
    createdAt,
    resources,
    bindings,
  } = task;
  const mode = await accountSetting(ctx, 'defaultLogDriverMode');
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
    ...(capacityProvider === undefined ? {} : { capacityProvider }),
    ...(platformVersion === undefined ? {} : { platformVersion }),
    tags,
    createdAt,
    times,
    resources,
    bindings,
    ...(task.address !== undefined && {
      address: task.address,
      network: (await ctx.store.get<ClusterRecord>(keys.cluster(cluster)))?.value.network,
    }),
    // Docker's own default mode needs no words.
    logs: { ...ctx.settings.logs, ...(mode === 'blocking' ? {} : { mode }) },
    ...(ctx.settings.containerMetadata && {
      metadata: {
        containerInstanceArn: containerInstanceArn(ctx.identity, cluster, task.instance),
        ...(zone !== undefined && { availabilityZone: zone }),
      },
    }),
  };
}
