import pLimit from 'p-limit';
import type { Failure } from '../api/types.js';
import { containerInstanceArn, taskArn } from '../api/arn.js';
import { createPuller, type Puller } from '../agent/pull.js';
import { startTask } from '../agent/start.js';
import { removeTask } from '../agent/stop.js';
import type { AgentEvent, ForeignUsage, StartOutcome, TaskSpec } from '../agent/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { keys } from './keys.js';
import { placeAgain, type Wish } from './place.js';
import { capacityOf } from './placement.js';
import { foldAndSave, reach } from './refresh.js';
import { carryOutStop } from './settle.js';
import { markStopped, requestStop } from './task-life.js';
import { readTask, updateTask } from './task-records.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord, UsageRecord } from './records.js';

/** How often a task is placed again where its host turned out to be full, taken or away. */
const MOST_PLACEMENTS = 10;

export interface Started {
  tasks: TaskRecord[];
  failures: Failure[];
}

/** Starts placed tasks on their hosts, several hosts and several tasks of a host at once, in the order given. */
export async function startTasks(
  ctx: EngineContext,
  wish: Wish,
  tasks: readonly TaskRecord[],
): Promise<Started> {
  const puller = createPuller(ctx.clock);
  const limits = new Map<string, ReturnType<typeof pLimit>>();
  const limitOf = (instance: string) => {
    const limit = limits.get(instance) ?? pLimit(ctx.settings.startsPerHost);
    limits.set(instance, limit);
    return limit;
  };
  const away = new Map<string, string>();
  const results = await Promise.all(
    tasks.map((task) => new Starting(ctx, { ...wish, without: away }, puller, away, limitOf).run(task)),
  );
  const isTask = (result: TaskRecord | Failure): result is TaskRecord => 'id' in result;
  return {
    tasks: results.filter(isTask),
    failures: results.filter((result): result is Failure => !isTask(result)),
  };
}

/** One task on its way: from placed to running, over as many hosts as it takes. */
class Starting {
  constructor(
    private readonly ctx: EngineContext,
    private readonly wish: Wish,
    private readonly puller: Puller,
    private readonly away: Map<string, string>,
    private readonly limitOf: (instance: string) => <R>(work: () => Promise<R>) => Promise<R>,
  ) {}

  async run(placed: TaskRecord): Promise<TaskRecord | Failure> {
    let task = placed;
    for (let attempt = 1; ; attempt++) {
      const step = await this.limitOf(task.instance)(() => this.attempt(task));
      if ('done' in step) return step.done;
      if (attempt === MOST_PLACEMENTS) return this.giveUp(task, step.failure);
      const again = await placeAgain(this.ctx, this.wish, task, step.note);
      const [next] = again.tasks;
      if (next === undefined) return again.failures[0] ?? step.failure;
      task = next;
    }
  }

  private async attempt(task: TaskRecord): Promise<Step> {
    const { ctx } = this;
    const instance = await ctx.store.get<InstanceRecord>(keys.instance(task.cluster, task.instance));
    const host = instance === undefined ? undefined : await reach(ctx, instance.value);
    if (instance === undefined || host === undefined) {
      this.away.set(task.instance, 'does not answer');
      return this.again(task, 'AGENT', 'the host does not answer', (foreign) => foreign);
    }
    const { name } = instance.value;
    const usage = await ctx.store.get<UsageRecord>(keys.usage(task.cluster, task.instance));
    ctx.emit({
      type: 'task-placed',
      taskId: task.id,
      host: name,
      definition: `${task.family}:${task.revision}`,
    });
    let pullStartedAt: number | undefined;
    let pullStoppedAt: number | undefined;
    const onEvent = (event: AgentEvent) => {
      if (event.type === 'pull-started') pullStartedAt ??= event.at;
      if (event.type === 'pull-stopped') pullStoppedAt = event.at;
      this.tell(name, task, event);
    };
    try {
      const outcome = await startTask(host, this.specOf(task), {
        capacity: capacityOf(instance.value),
        puller: this.puller,
        pull: { behavior: ctx.settings.pullBehavior, timeout: ctx.settings.pullTimeout },
        isOwn: (id) => usage?.value.claims[id] !== undefined,
        clock: ctx.clock,
        random: ctx.random,
        signal: ctx.signal,
        onEvent,
      });
      const pulled = { ...task, ...(pullStartedAt === undefined ? {} : { pullStartedAt, pullStoppedAt }) };
      return await this.judge(host, pulled, outcome);
    } catch (error) {
      return this.faulted(task, host, error);
    }
  }

  private async judge(host: DockerHost, task: TaskRecord, outcome: StartOutcome): Promise<Step> {
    switch (outcome.kind) {
      case 'started':
        return { done: await this.started(host, task, outcome) };
      case 'withdrawn':
        this.ctx.emit({ type: 'task-withdrawn', taskId: task.id, host: host.name, reason: outcome.detail });
        return this.again(task, outcome.reason, outcome.detail, () => outcome.foreign);
      case 'port-taken':
        this.ctx.emit({ type: 'task-withdrawn', taskId: task.id, host: host.name, reason: outcome.detail });
        return this.again(task, 'RESOURCE:PORTS', outcome.detail, (foreign) => ({
          ...foreign,
          ports: [...new Set([...foreign.ports, ...outcome.ports])],
        }));
      case 'failed':
        return { done: await this.failed(task, outcome.reason, outcome.container) };
    }
  }

  private async started(
    host: DockerHost,
    task: TaskRecord,
    outcome: StartOutcome & { kind: 'started' },
  ): Promise<TaskRecord> {
    const { ctx } = this;
    const { pullStartedAt, pullStoppedAt } = task;
    const current = await foldAndSave(ctx, host, task, outcome.containers, (r) => ({
      ...r,
      owner: undefined,
      ...(pullStartedAt === undefined ? {} : { pullStartedAt }),
      ...(pullStoppedAt === undefined ? {} : { pullStoppedAt }),
    }));
    if (current?.desiredStatus !== 'STOPPED') return current ?? task;
    // It ended by itself, or someone stopped it while it started: then nothing of it may run on.
    if (current.lastStatus === 'STOPPING') return carryOutStop(ctx, host, current);
    if (current.stopCode === 'UserInitiated') await removeTask(host, task.id);
    return current;
  }

  private async failed(task: TaskRecord, reason: string, container: string | undefined): Promise<TaskRecord> {
    const { ctx } = this;
    const ended = await updateTask(ctx, task.cluster, task.id, (r) => {
      const containers = r.containers.map((c) => (c.name === container ? { ...c, reason } : c));
      return markStopped({ ...r, containers }, { code: 'TaskFailedToStart', reason }, ctx.clock());
    });
    ctx.emit({ type: 'task-state', taskId: task.id, host: '', lastStatus: 'STOPPED', reason });
    return ended ?? task;
  }

  /** The host was lost half-way: what it holds is unknown, so the task is to stop, and a settling verb sees to it. */
  private async faulted(task: TaskRecord, host: DockerHost, error: unknown): Promise<Step> {
    const { ctx } = this;
    if (ctx.signal.aborted) {
      await this.failed(task, 'Task failed to start: interrupted', undefined);
      throw error;
    }
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: host.name, error });
    const reason = `Task failed to start: ${error.message}`;
    await updateTask(ctx, task.cluster, task.id, (r) => ({
      ...requestStop(r, { code: 'TaskFailedToStart', reason }, ctx.clock()),
      owner: undefined,
    }));
    return { done: (await readTask(ctx, task.cluster, task.id)) ?? task };
  }

  private again(task: TaskRecord, reason: string, detail: string, note: Again['note']): Step {
    return {
      failure: { arn: containerInstanceArn(this.ctx.identity, task.cluster, task.instance), reason, detail },
      note,
    };
  }

  private async giveUp(task: TaskRecord, failure: Failure): Promise<TaskRecord | Failure> {
    await this.failed(task, `Task failed to start: ${failure.reason}`, undefined);
    return failure;
  }

  private specOf(task: TaskRecord): TaskSpec {
    const { ctx, wish } = this;
    return {
      id: task.id,
      cluster: task.cluster,
      instanceId: task.instance,
      arn: taskArn(ctx.identity, task.cluster, task.id),
      definition: wish.definition.definition,
      definitionHash: task.definitionHash,
      overrides: task.overrides,
      group: task.group,
      ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
      launchType: task.launchType,
      tags: task.tags,
      createdAt: task.createdAt,
      resources: task.resources,
      bindings: task.bindings,
    };
  }

  private tell(host: string, task: TaskRecord, event: AgentEvent): void {
    if (event.type === 'pull-progress') {
      const { image, status, current, total } = event;
      this.ctx.emit({ type: 'pull', host, image, status, current, total, done: false });
    } else if (event.type === 'pull-stopped' && !event.cached) {
      this.ctx.emit({
        type: 'pull',
        host,
        image: event.image,
        status: 'pulled',
        current: 0,
        total: 0,
        done: true,
      });
    } else if (event.type === 'container-created') {
      this.ctx.emit({ type: 'task-state', taskId: task.id, host, lastStatus: 'PENDING' });
    }
  }
}

interface Again {
  /** What is said where the task can't be placed again. */
  failure: Failure;
  /** What was learnt of the host's other users, for the next placement. */
  note: (foreign: ForeignUsage) => ForeignUsage;
}

type Step = { done: TaskRecord } | Again;
