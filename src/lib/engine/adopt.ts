import { label } from '../agent/labels.js';
import { isHolder } from '../agent/names.js';
import type { ObservedContainer } from '../agent/types.js';
import { recoverTasks, type Recovered, type RecoveredTask } from '../agent/recover.js';
import { observeHost } from '../agent/observe.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { transact } from '../store/transact.js';
import { keys, putTask } from './keys.js';
import { claimOf, EMPTY_USAGE } from './placement.js';
import { containerRecord } from './task-record.js';
import { foldTask } from './task-life.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, TaskRecord, UsageRecord } from './records.js';

const RUNS: readonly ObservedContainer['state'][] = ['running', 'paused', 'restarting'];

/** Tasks of a host at one look: more than any has, and less than one in the wrong hands would fill a state with. */
const MOST_ADOPTED = 1000;

/**
 * Takes running tasks of the cluster that this state doesn't know (another state started them, or this one is new)
 * into the records. A start under way elsewhere (created, not running) is left alone. Returns how many were taken.
 */
export async function adoptTasks(
  ctx: EngineContext,
  instance: InstanceRecord,
  host: DockerHost,
  seen: ReadonlyMap<string, ObservedContainer[]>,
): Promise<number> {
  const unknown = await withoutRecord(ctx, instance.cluster, runningOf(seen));
  if (unknown.length === 0) return 0;
  if (unknown.length > MOST_ADOPTED) {
    const message = `${instance.name}: ${unknown.length} tasks that are not known here run there; ${MOST_ADOPTED} are taken over now`;
    ctx.emit({ type: 'warning', message });
  }
  const { tasks } = await recoverFrom(
    ctx,
    instance,
    host,
    await notOfOthers(ctx, instance, unknown.slice(0, MOST_ADOPTED)),
  );
  for (const task of tasks) {
    await adoptTask(ctx, instance, task, await observeHost(host, { taskId: task.spec.id }));
  }
  return tasks.length;
}

/** What holds the namespaces of a task that has ended runs for nobody. */
export const runningOf = (seen: ReadonlyMap<string, ObservedContainer[]>) =>
  [...seen].filter(([, containers]) => containers.some((c) => RUNS.includes(c.state) && !isHolder(c)));

export async function recoverFrom(
  ctx: EngineContext,
  instance: InstanceRecord,
  host: DockerHost,
  tasks: readonly [string, ObservedContainer[]][],
): Promise<Recovered> {
  const containers = tasks.flatMap(([, siblings]) => siblings);
  const details = await Promise.all(containers.map(({ id }) => host.inspectContainer(id)));
  const recovered = recoverTasks(details.filter((one) => one !== undefined));
  for (const { name, why } of recovered.unreadable) {
    ctx.emit({ type: 'warning', message: `${instance.name}: container ${name} can't be taken over: ${why}` });
  }
  return recovered;
}

async function withoutRecord(
  ctx: EngineContext,
  cluster: string,
  running: [string, ObservedContainer[]][],
): Promise<[string, ObservedContainer[]][]> {
  const ids = running.map(([id]) => id);
  const live = await ctx.store.getMany<TaskRecord>(ids.map((id) => keys.task(cluster, id)));
  const past = await ctx.store.getMany<TaskRecord>(ids.map((id) => keys.stopped(cluster, id)));
  const isKnown = (i: number) =>
    live[i] !== undefined || (past[i] !== undefined && past[i]?.value.orphaned !== true);
  return running.filter((_, i) => !isKnown(i));
}

/**
 * Without those that carry the id of another host of the cluster: copies of its disk, or forged. An id that no host of
 * the cluster has is one that this host had before it was registered anew.
 */
async function notOfOthers(
  ctx: EngineContext,
  instance: InstanceRecord,
  running: [string, ObservedContainer[]][],
): Promise<[string, ObservedContainer[]][]> {
  const own: [string, ObservedContainer[]][] = [];
  for (const [id, containers] of running) {
    const ids = new Set(containers.map((c) => c.labels[label.instanceId] ?? ''));
    ids.delete(instance.id);
    const found = await ctx.store.getMany<InstanceRecord>(
      [...ids].filter(isInstanceId).map((other) => keys.instance(instance.cluster, other)),
    );
    const other = found.find((entry) => entry !== undefined)?.value;
    if (other === undefined) own.push([id, containers]);
    else {
      const message = `${instance.name}: containers of task ${id} are labelled as those of ${other.name}; they are not taken over`;
      ctx.emit({ type: 'warning', message });
    }
  }
  return own;
}

const isInstanceId = (text: string) => /^[0-9a-f]{32}$/.test(text);

async function adoptTask(
  ctx: EngineContext,
  instance: InstanceRecord,
  recovered: RecoveredTask,
  seen: readonly ObservedContainer[],
): Promise<void> {
  const found = foldTask(recordOf(instance, recovered, seen), seen, ctx.clock());
  const usageKey = keys.usage(instance.cluster, instance.id);
  await transact(ctx.store, ctx, async (draft) => {
    const pastKey = keys.stopped(found.cluster, found.id);
    const [live, past] = await draft.getMany<TaskRecord>([keys.task(found.cluster, found.id), pastKey]);
    if (live !== undefined || (past !== undefined && !past.orphaned)) return;
    const record: TaskRecord = past === undefined || past.adopted ? { ...found, adopted: true } : found;
    // Its host is back in the cluster, and so is the task.
    if (past !== undefined) {
      draft.delete(pastKey);
      draft.delete(keys.cleanup(past.cluster, past.instance, past.stoppedAt ?? 0, past.id));
    }
    const usage = (await draft.get<UsageRecord>(usageKey)) ?? EMPTY_USAGE;
    const claim = claimOf(record.resources, record.group, recovered.spec.definition);
    // What counted as another state's until now is a task of ours from here on.
    const ours = new Set(seen.map((c) => c.id));
    const wasForeign = usage.foreign.containers.some((id) => ours.has(id));
    const foreign = wasForeign ? withoutTask(usage.foreign, record, ours) : usage.foreign;
    const claims = { ...usage.claims, [record.id]: claim };
    draft.put({ key: usageKey, value: { ...usage, claims, foreign } });
    draft.put(putTask(record));
    if (record.address === undefined) return;
    // Where two states gave it out, both tasks keep it: it is shown, and given to no third one.
    const addressKey = keys.address(record.cluster, record.address);
    if ((await draft.get(addressKey)) === undefined) draft.put({ key: addressKey, value: record.id });
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
    ...(foreign.gpuIds && {
      gpuIds: foreign.gpuIds.filter((id) => !task.resources.gpuIds?.includes(id)),
    }),
    ports: foreign.ports.filter((port) => !task.resources.ports.includes(port)),
    containers: foreign.containers.filter((id) => !containers.has(id)),
  };
}

/** Labels of others may say anything: what isn't known is EC2's, as all tasks are that nothing was asked of. */
function launchIn({
  launchType,
  capacityProvider,
  platformVersion,
}: RecoveredTask['spec']): Pick<TaskRecord, 'launchType' | 'capacityProvider' | 'platformVersion'> {
  if (launchType !== 'FARGATE') return { launchType: launchType === 'EXTERNAL' ? launchType : 'EC2' };
  return {
    launchType,
    ...(capacityProvider === undefined ? {} : { capacityProvider }),
    ...(platformVersion === undefined ? {} : { platformVersion }),
  };
}

/** A container of the task that isn't there any more has ended, nobody knows how. */
function recordOf(
  instance: InstanceRecord,
  { spec }: RecoveredTask,
  seen: readonly ObservedContainer[],
): TaskRecord {
  const present = new Set(seen.map((container) => container.containerName));
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
    ...launchIn(spec),
    desiredStatus: 'RUNNING',
    lastStatus: 'PENDING',
    version: 1,
    overrides: spec.overrides,
    tags: spec.tags,
    resources: spec.resources,
    bindings: spec.bindings,
    ...(spec.address !== undefined && { address: spec.address }),
    createdAt: spec.createdAt,
    // Earlier versions kept no times.
    connectivityAt: spec.createdAt,
    ...spec.times,
    containers: (definition.containerDefinitions ?? []).map((c) => {
      const container = containerRecord(c, spec.overrides);
      if (present.has(container.name)) return container;
      return { ...container, lastStatus: 'STOPPED', reason: 'ContainerVanishedError: the container is gone' };
    }),
  };
}
