import type { ContainerInstance, Failure } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { containerInstanceArn, instanceId } from '../api/arn.js';
import { containerInstanceNotFound, EcsError, emptyList, noAgentUpdate } from '../api/errors.js';
import { compileQuery } from '../scheduler/query-language/query.js';
import { drainMoves } from './services/drain.js';
import { noteDraining } from './services/draining-note.js';
import { transact } from '../store/transact.js';
import { ENOUGH, onlyOne } from './ambiguous-id.js';
import { activeCluster } from './clusters.js';
import { indexes, keys, putInstance } from './keys.js';
import { listPage } from './listing.js';
import { EMPTY_USAGE, instanceView } from './placement.js';
import { presentInstance } from './present.js';
import { refreshUnlessFresh } from './refresh.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord, UsageRecord } from './records.js';

/**
 * The instance that an id, the beginning of one, an ARN or a host's name means; undefined where there is none. Throws
 * InvalidParameterException where several ids begin so.
 */
export async function findInstance(
  ctx: EngineContext,
  cluster: string,
  text: string,
): Promise<InstanceRecord | undefined> {
  const id = instanceId(text, cluster);
  const exact = await ctx.store.get<InstanceRecord>(keys.instance(cluster, id));
  if (exact !== undefined) return exact.value;
  const [named] = await ctx.store.list<InstanceRecord>({
    index: indexes.instanceName(cluster, id),
    limit: 1,
  });
  if (named !== undefined) return named.value;
  if (!/^[0-9a-f]{4,31}$/.test(id)) return undefined;
  const begun = await ctx.store.list<InstanceRecord>({ prefix: keys.instance(cluster, id), limit: ENOUGH });
  const candidates = begun.map(({ value: instance }) => ({ id: instance.id, what: instance.name, instance }));
  return onlyOne('container instance', id, candidates)?.instance;
}

export async function instanceOf(ctx: EngineContext, cluster: string, text: string): Promise<InstanceRecord> {
  const instance = await findInstance(ctx, cluster, text);
  if (instance === undefined) throw containerInstanceNotFound(text);
  return instance;
}

/** `filter` is an expression of the cluster query language. Errors: ClusterNotFoundException, InvalidParameterException. */
export async function listContainerInstances(
  input: OperationInput<'ListContainerInstances'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListContainerInstances'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const matches = await filterOf(ctx, cluster, input.filter);
  const page = await listPage<InstanceRecord>(
    ctx,
    'ListContainerInstances',
    input,
    { prefix: keys.instances(cluster) },
    (instance) => (input.status === undefined || instance.status === input.status) && matches(instance),
  );
  return {
    containerInstanceArns: page.values.map((i) => containerInstanceArn(ctx.identity, cluster, i.id)),
    ...page.next,
  };
}

async function filterOf(
  ctx: EngineContext,
  cluster: string,
  filter: string | undefined,
): Promise<(i: InstanceRecord) => boolean> {
  if (filter === undefined) return () => true;
  const query = compileQuery(filter);
  const usages = await ctx.store.list<UsageRecord>({ prefix: keys.usages(cluster) });
  const byId = new Map(usages.map((e) => [e.key.slice(keys.usages(cluster).length), e.value]));
  return (instance) =>
    query.matches({
      ...instanceView(instance, byId.get(instance.id) ?? EMPTY_USAGE),
      agentConnected: instance.connected,
    });
}

/** Asks each host whether it answers; one that doesn't is shown with agentConnected false. */
export async function describeContainerInstances(
  input: OperationInput<'DescribeContainerInstances'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeContainerInstances'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.containerInstances.length === 0) throw emptyList('Container instance');
  const found = await Promise.all(input.containerInstances.map((text) => findInstance(ctx, cluster, text)));
  const present = found.filter((instance) => instance !== undefined);
  if (input.refresh !== false)
    await refreshUnlessFresh(ctx, cluster, { only: new Set(present.map((i) => i.id)), usage: true });
  const { include = [] } = input;
  const shown = { tags: include.includes('TAGS'), health: include.includes('CONTAINER_INSTANCE_HEALTH') };
  const containerInstances = await Promise.all(present.map((i) => showInstance(ctx, i, shown)));
  const failures: Failure[] = input.containerInstances.flatMap((text, i) =>
    found[i] === undefined
      ? [{ arn: containerInstanceArn(ctx.identity, cluster, instanceId(text)), reason: 'MISSING' }]
      : [],
  );
  return { containerInstances, failures };
}

/** An instance as the records have it now. */
export async function showInstance(
  ctx: EngineContext,
  { cluster, id }: InstanceRecord,
  shown: { tags?: boolean; health?: boolean } = {},
): Promise<ContainerInstance> {
  const { store } = ctx;
  const [instance, usage] = await Promise.all([
    store.get<InstanceRecord>(keys.instance(cluster, id)),
    store.get<UsageRecord>(keys.usage(cluster, id)),
  ]);
  const [running, pending] = await Promise.all([
    store.count({ index: indexes.instanceTasks(cluster, id, 'RUNNING') }),
    store.count({ index: indexes.instanceTasks(cluster, id, 'PENDING') }),
  ]);
  if (instance === undefined) throw containerInstanceNotFound(id);
  return presentInstance(ctx, instance.value, usage?.value, { running, pending }, shown);
}

/**
 * Marks instances; tells what becomes of the tasks on those that drain, since marking moves none. Errors:
 * ClusterNotFoundException, InvalidParameterException; unknown instances come back as failures.
 */
export async function updateContainerInstancesState(
  input: OperationInput<'UpdateContainerInstancesState'>,
  ctx: EngineContext,
): Promise<OperationOutput<'UpdateContainerInstancesState'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const { status } = input;
  // ECS's list of values has those too that it alone sets.
  if (status !== 'ACTIVE' && status !== 'DRAINING')
    throw new EcsError('InvalidParameterException', `status must be ACTIVE or DRAINING, not ${status}.`);
  const containerInstances: ContainerInstance[] = [];
  const failures: Failure[] = [];
  const marked = new Map<string, InstanceRecord>();
  for (const text of input.containerInstances) {
    const found = await findInstance(ctx, cluster, text);
    if (found === undefined) {
      failures.push({
        arn: containerInstanceArn(ctx.identity, cluster, instanceId(text)),
        reason: 'MISSING',
      });
      continue;
    }
    marked.set(found.id, found);
    if (!input.dryRun) {
      await transact(ctx.store, ctx, async (draft) => {
        const record = await draft.get<InstanceRecord>(keys.instance(cluster, found.id));
        if (record !== undefined) draft.put(putInstance({ ...record, status }));
      });
    }
    containerInstances.push(await showInstance(ctx, found));
  }
  if (!input.dryRun) {
    if (status === 'DRAINING') await noteDraining(ctx, cluster, [...marked.values()]);
    return { containerInstances, failures };
  }
  return {
    containerInstances,
    failures,
    moves: status === 'DRAINING' ? await drainMoves(ctx, cluster, new Set(marked.keys())) : [],
  };
}

/** Errors: NoUpdateAvailableException, always; before it ClusterNotFoundException, InvalidParameterException. */
export async function updateContainerAgent(
  input: OperationInput<'UpdateContainerAgent'>,
  ctx: EngineContext,
): Promise<never> {
  const cluster = await activeCluster(ctx, input.cluster);
  throw noAgentUpdate((await instanceOf(ctx, cluster, input.containerInstance)).name);
}
