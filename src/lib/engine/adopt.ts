import type { ObservedContainer } from '../agent/types.js';
import { recoverTasks, type RecoveredDefinition, type RecoveredTask } from '../agent/recover.js';
import { observeHost } from '../agent/observe.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { transact } from '../store/transact.js';
import { keys, putDefinition, putTask } from './keys.js';
import { EMPTY_USAGE } from './placement.js';
import { containerRecord } from './task-record.js';
import { foldTask } from './task-life.js';
import type { EngineContext } from './context.js';
import type { DefinitionRecord, FamilyRecord, InstanceRecord, TaskRecord, UsageRecord } from './records.js';

const RUNS: readonly ObservedContainer['state'][] = ['running', 'paused', 'restarting'];

/**
 * Takes running tasks of the cluster that this state doesn't know (another state started them, or this one is new)
 * into the records, with their definitions. A start under way elsewhere (created, not running) is left alone.
 * Returns how many were taken.
 */
export async function adoptTasks(
  ctx: EngineContext,
  instance: InstanceRecord,
  host: DockerHost,
  seen: ReadonlyMap<string, ObservedContainer[]>,
): Promise<number> {
  const running = [...seen].filter(([, containers]) => containers.some((c) => RUNS.includes(c.state)));
  const unknown = await withoutRecord(ctx, instance.cluster, running);
  if (unknown.length === 0) return 0;
  const details = await Promise.all(
    unknown.flatMap(([, containers]) => containers.map((c) => host.inspectContainer(c.id))),
  );
  const recovered = recoverTasks(details.filter((d) => d !== undefined));
  for (const { name, why } of recovered.unreadable) {
    ctx.emit({ type: 'warning', message: `${instance.name}: container ${name} can't be taken over: ${why}` });
  }
  for (const definition of recovered.definitions) await adoptDefinition(ctx, definition);
  for (const task of recovered.tasks) {
    await adoptTask(ctx, instance, task, await observeHost(host, { taskId: task.spec.id }));
  }
  return recovered.tasks.length;
}

async function withoutRecord(
  ctx: EngineContext,
  cluster: string,
  running: [string, ObservedContainer[]][],
): Promise<[string, ObservedContainer[]][]> {
  const ids = running.map(([id]) => id);
  const live = await ctx.store.getMany(ids.map((id) => keys.task(cluster, id)));
  const past = await ctx.store.getMany(ids.map((id) => keys.stopped(cluster, id)));
  return running.filter((_, i) => live[i] === undefined && past[i] === undefined);
}

/** A revision that this state has already stays as it is: the task keeps its own hash. */
async function adoptDefinition(ctx: EngineContext, recovered: RecoveredDefinition): Promise<void> {
  const { definition, hash, unknown } = recovered;
  const name = `${definition.family}:${definition.revision}`;
  await transact(ctx.store, ctx, async (draft) => {
    const key = keys.definition(definition.family, definition.revision);
    const existing = await draft.get<DefinitionRecord>(key);
    if (existing !== undefined) {
      if (existing.hash !== hash) {
        ctx.emit({
          type: 'warning',
          message: `a running task's definition ${name} differs from the ${name} registered here`,
        });
      }
      return;
    }
    const familyKey = keys.family(definition.family);
    const family = await draft.get<FamilyRecord>(familyKey);
    const latest = Math.max(family?.latest ?? 0, definition.revision);
    draft.put({ key: familyKey, value: { family: definition.family, latest } satisfies FamilyRecord });
    draft.put(putDefinition({ definition: { ...definition, status: 'ACTIVE' }, hash, tags: [] }));
  });
  for (const variable of unknown) {
    ctx.emit({
      type: 'warning',
      message: `${name}: the value of ${variable.name} in container ${variable.container} is not known: the running task overrides it; register the definition again`,
    });
  }
}

async function adoptTask(
  ctx: EngineContext,
  instance: InstanceRecord,
  recovered: RecoveredTask,
  seen: readonly ObservedContainer[],
): Promise<void> {
  const record = foldTask(recordOf(instance, recovered), seen, ctx.clock());
  const usageKey = keys.usage(instance.cluster, instance.id);
  await transact(ctx.store, ctx, async (draft) => {
    const known = await draft.getMany([
      keys.task(record.cluster, record.id),
      keys.stopped(record.cluster, record.id),
    ]);
    if (known.some((k) => k !== undefined)) return;
    const usage = (await draft.get<UsageRecord>(usageKey)) ?? EMPTY_USAGE;
    const claim = { ...record.resources, group: record.group };
    // What counted as another state's until now is a task of ours from here on.
    const ours = new Set(record.containers.map((c) => c.runtimeId));
    const wasForeign = usage.foreign.containers.some((id) => ours.has(id));
    const foreign = wasForeign ? withoutTask(usage.foreign, record, ours) : usage.foreign;
    draft.put({ key: usageKey, value: { claims: { ...usage.claims, [record.id]: claim }, foreign } });
    draft.put(putTask(record));
  });
}

function withoutTask(
  foreign: UsageRecord['foreign'],
  task: TaskRecord,
  containers: ReadonlySet<string | undefined>,
): UsageRecord['foreign'] {
  return {
    cpu: Math.max(0, foreign.cpu - task.resources.cpu),
    memory: Math.max(0, foreign.memory - task.resources.memory),
    gpus: Math.max(0, foreign.gpus - task.resources.gpus),
    ports: foreign.ports.filter((port) => !task.resources.ports.includes(port)),
    containers: foreign.containers.filter((id) => !containers.has(id)),
  };
}

function recordOf(instance: InstanceRecord, { spec }: RecoveredTask): TaskRecord {
  const { definition } = spec;
  return {
    id: spec.id,
    cluster: instance.cluster,
    instance: instance.id,
    family: definition.family,
    revision: definition.revision,
    definitionHash: spec.definitionHash,
    group: spec.group,
    ...(spec.startedBy === undefined ? {} : { startedBy: spec.startedBy }),
    launchType: 'EC2',
    desiredStatus: 'RUNNING',
    lastStatus: 'PENDING',
    version: 1,
    overrides: spec.overrides,
    tags: spec.tags,
    resources: spec.resources,
    bindings: spec.bindings,
    createdAt: spec.createdAt,
    containers: (definition.containerDefinitions ?? []).map((c) => containerRecord(c, spec.overrides)),
  };
}
