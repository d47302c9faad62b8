import { isDeepStrictEqual } from 'node:util';
import type { Cluster, Failure, KeyValuePair } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { clusterArn, clusterName } from '../api/arn.js';
import { clusterCapacity, keptCapacity } from '../api/capacity-providers.js';
import { clusterNetwork, type SharedNetwork } from '../api/cluster-network.js';
import { checkClusterSettings } from '../api/cluster-settings.js';
import { clusterNotFound, clusterNotIdempotent, clusterWasInactive, EcsError } from '../api/errors.js';
import { transact, type Draft } from '../store/transact.js';
import { accountSetting } from './account-settings.js';
import { indexes, keys, putCluster } from './keys.js';
import { listPage } from './listing.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, TaskRecord } from './records.js';

/**
 * Creates a cluster, or returns the one of that name (ECS: CreateCluster is idempotent by name).
 * Errors: InvalidParameterException, also where the one that is there has other settings than are given.
 */
export async function createCluster(
  input: OperationInput<'CreateCluster'>,
  ctx: EngineContext,
): Promise<OperationOutput<'CreateCluster'>> {
  checkClusterSettings(input.settings);
  const cluster = await ensureCluster(ctx, clusterName(input.clusterName ?? 'default'), input);
  warnOfAwsOnly(ctx, input);
  return { cluster: await presentCluster(ctx, cluster, ['SETTINGS', 'TAGS', 'CONFIGURATIONS']) };
}

/**
 * The cluster as it is, else a new one. An INACTIVE one of that name starts anew. Throws InvalidParameterException for what no
 * cluster can have, and where the one that is there differs in what is given.
 */
export async function ensureCluster(
  ctx: EngineContext,
  name: string,
  input: OperationInput<'CreateCluster'> = {},
): Promise<ClusterRecord> {
  const record: ClusterRecord = {
    name,
    status: 'ACTIVE',
    createdAt: ctx.clock(),
    tags: input.tags ?? [],
    settings: input.settings ?? [
      { name: 'containerInsights', value: await accountSetting(ctx, 'containerInsights') },
    ],
    ...(input.configuration === undefined ? {} : { configuration: input.configuration }),
    ...clusterCapacity(input),
    ...connectMember(input.serviceConnectDefaults),
    ...networkMember(clusterNetwork(input.network)),
  };
  return transact(ctx.store, ctx, async (draft) => {
    const existing = await draft.get<ClusterRecord>(keys.cluster(name));
    if (existing?.status === 'ACTIVE') {
      checkSame(existing, record, input);
      return existing;
    }
    draft.put(putCluster(record));
    return record;
  });
}

const REPEATABLE = [
  'tags',
  'settings',
  'configuration',
  'capacityProviders',
  'defaultCapacityProviderStrategy',
  'serviceConnectDefaults',
  'network',
] as const;

/** Of what is given, in whatever order; older states have strategies as they were given. Throws InvalidParameterException. */
function checkSame(
  existing: ClusterRecord,
  wanted: ClusterRecord,
  given: OperationInput<'CreateCluster'>,
): void {
  const kept: ClusterRecord = { ...existing, ...keptCapacity(existing) };
  const others = REPEATABLE.filter(
    (member) => isGiven(given[member]) && !isDeepStrictEqual(inOrder(kept[member]), inOrder(wanted[member])),
  );
  if (others.length > 0) throw clusterNotIdempotent(existing.name, ...others);
}

const inOrder = (value: unknown): unknown =>
  Array.isArray(value) ? value.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) : value;

/** What items of a list are told apart by, in whatever order their members come. */
function nameOf(item: string | Partial<Record<'key' | 'name' | 'capacityProvider', string>>): string {
  return typeof item === 'string' ? item : (item.key ?? item.name ?? item.capacityProvider ?? '');
}

/** The named cluster (`default` where none is named). Throws ClusterNotFoundException where it isn't ACTIVE. */
export async function activeCluster(ctx: EngineContext, cluster: string | undefined): Promise<string> {
  const name = clusterName(cluster ?? 'default');
  const entry = await ctx.store.get<ClusterRecord>(keys.cluster(name));
  checkActive(entry?.value, name);
  return name;
}

/** Throws ClusterNotFoundException for a cluster that isn't there, or was deleted. */
export function checkActive(
  record: ClusterRecord | undefined,
  name: string,
): asserts record is ClusterRecord {
  if (record === undefined) throw clusterNotFound(name);
  if (record.status !== 'ACTIVE') throw clusterWasInactive(name);
}

/** Names of all clusters that are ACTIVE. */
export async function activeClusters(ctx: EngineContext): Promise<string[]> {
  const entries = await ctx.store.list<ClusterRecord>({ prefix: keys.clusters });
  return entries.filter(({ value }) => value.status === 'ACTIVE').map(({ value }) => value.name);
}

export async function listClusters(
  input: OperationInput<'ListClusters'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListClusters'>> {
  const page = await listPage<ClusterRecord>(
    ctx,
    'ListClusters',
    input,
    { prefix: keys.clusters },
    (c) => c.status === 'ACTIVE',
  );
  return { clusterArns: page.values.map((c) => clusterArn(ctx.identity, c.name)), ...page.next };
}

/** Unknown clusters come back as failures with reason MISSING, as ECS has it. */
export async function describeClusters(
  input: OperationInput<'DescribeClusters'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeClusters'>> {
  const { clusters: asked = ['default'] } = input;
  if (asked.includes('')) throw new EcsError('InvalidParameterException', 'Clusters can not be blank.');
  const names = asked.map(clusterName);
  const entries = await ctx.store.getMany<ClusterRecord>(names.map(keys.cluster));
  const clusters: Cluster[] = [];
  const failures: Failure[] = [];
  for (const [i, name] of names.entries()) {
    const record = entries[i]?.value;
    if (record === undefined) failures.push({ arn: clusterArn(ctx.identity, name), reason: 'MISSING' });
    else clusters.push(await presentCluster(ctx, record, input.include ?? []));
  }
  return { clusters, failures };
}

/**
 * UpdateCluster, and UpdateClusterSettings, which is a part of it: what is given takes the place of what was.
 * Errors: ClusterNotFoundException, InvalidParameterException.
 */
export async function updateCluster(
  input: OperationInput<'UpdateCluster'>,
  ctx: EngineContext,
): Promise<OperationOutput<'UpdateCluster'>> {
  const { settings = [], configuration, serviceConnectDefaults } = input;
  checkClusterSettings(settings);
  const network = clusterNetwork(input.network);
  const name = clusterName(input.cluster);
  const cluster = await transact(ctx.store, ctx, async (draft) => {
    const record = await draft.get<ClusterRecord>(keys.cluster(name));
    checkActive(record, name);
    const given = new Map([...record.settings, ...settings].map((setting) => [setting.name, setting]));
    const { network: before, serviceConnectDefaults: connectBefore, ...rest } = record;
    const after = input.network === undefined ? before : network;
    if (!sameNetwork(before, after)) await checkUnused(draft, name);
    const changed = {
      ...rest,
      ...networkMember(after),
      ...connectMember(serviceConnectDefaults ?? connectBefore),
      settings: [...given.values()],
      ...(configuration === undefined ? {} : { configuration }),
    };
    draft.put(putCluster(changed));
    return changed;
  });
  warnOfAwsOnly(ctx, input);
  return { cluster: await presentCluster(ctx, cluster, ['SETTINGS', 'CONFIGURATIONS']) };
}

/** ECS: an empty namespace takes the defaults away. */
const connectMember = (defaults: { namespace?: string | undefined } | undefined) =>
  defaults?.namespace ? { serviceConnectDefaults: { namespace: defaults.namespace } } : {};

const networkMember = (network: SharedNetwork | undefined) => (network === undefined ? {} : { network });

const sameNetwork = (a: SharedNetwork | undefined, b: SharedNetwork | undefined) =>
  JSON.stringify(a) === JSON.stringify(b);

/** Tasks keep the network that they were started in, and the hosts one for all. */
async function checkUnused(draft: Draft, cluster: string): Promise<void> {
  const tasks = await draft.peek<TaskRecord>({ prefix: keys.tasks(cluster) });
  const users = tasks.filter(({ value }) => (value.address ?? value.holder?.ipAddress) !== undefined).length;
  if (users === 0) return;
  throw new EcsError(
    'ClientException',
    `${users} ${users === 1 ? 'task' : 'tasks'} of the cluster ${cluster} ${users === 1 ? 'has an address' : 'have addresses'} of its network.`,
    `Stop them first: longshore list-tasks --cluster ${cluster} shows them`,
  );
}

/** ECS's place for what is attached to a cluster; nothing where each host has a network of its own. */
function attachmentsOf({ network }: ClusterRecord): Pick<Cluster, 'attachments'> {
  if (network === undefined) return {};
  const details = Object.entries(network).map(([name, value]) => ({ name, value: String(value) }));
  return { attachments: [{ type: 'network', status: 'ATTACHED', details }] };
}

function warnOfAwsOnly(
  ctx: EngineContext,
  input: Partial<OperationInput<'CreateCluster'>> & Partial<OperationInput<'UpdateCluster'>>,
): void {
  const warn = (message: string) => ctx.emit({ type: 'warning', message });
  warnOfCapacity(ctx, input);
  if (input.serviceConnectDefaults?.namespace)
    warn('serviceConnectDefaults is kept and shown; nothing discovers tasks by it yet');
  if (input.configuration !== undefined)
    warn('configuration only means something inside AWS: it is kept and shown, and changes nothing here');
  if (input.settings?.some(({ value }) => value !== 'disabled'))
    warn('containerInsights is kept and shown; nothing is measured, since CloudWatch is a part of AWS');
}

/** Providers that buy machines of AWS are kept by name only. */
export function warnOfCapacity(ctx: EngineContext, input: Partial<OperationInput<'CreateCluster'>>): void {
  for (const member of ['capacityProviders', 'defaultCapacityProviderStrategy'] as const) {
    if (!isGiven(input[member])) continue;
    const message = `${member}: FARGATE and FARGATE_SPOT are kept and shown; tasks run on the cluster's own hosts`;
    ctx.emit({ type: 'warning', message });
  }
}

/** `include` as in DescribeClusters. */
export async function presentCluster(
  ctx: EngineContext,
  record: ClusterRecord,
  include: readonly string[],
): Promise<Cluster> {
  const { store } = ctx;
  const [active, draining, instances, running, pending] = await Promise.all([
    store.count({ index: indexes.services(record.name, 'ACTIVE') }),
    store.count({ index: indexes.services(record.name, 'DRAINING') }),
    store.count({ prefix: keys.instances(record.name) }),
    store.count({ index: indexes.tasksByLastStatus(record.name, 'RUNNING') }),
    store.count({ index: indexes.tasksByLastStatus(record.name, 'PENDING') }),
  ]);
  return {
    clusterArn: clusterArn(ctx.identity, record.name),
    clusterName: record.name,
    ...attachmentsOf(record),
    ...(include.includes('CONFIGURATIONS') && record.configuration
      ? { configuration: record.configuration }
      : {}),
    status: record.status,
    registeredContainerInstancesCount: instances,
    runningTasksCount: running,
    pendingTasksCount: pending,
    activeServicesCount: active,
    statistics: include.includes('STATISTICS') ? statistics({ running, pending, active, draining }) : [],
    tags: include.includes('TAGS') ? record.tags : [],
    settings: include.includes('SETTINGS') ? record.settings : [],
    capacityProviders: record.capacityProviders ?? [],
    defaultCapacityProviderStrategy: record.defaultCapacityProviderStrategy ?? [],
    ...connectMember(record.serviceConnectDefaults),
  };
}

/** By launch type, in ECS's own order; every task here runs on a host, as those of EC2 do. */
function statistics(counts: {
  running: number;
  pending: number;
  active: number;
  draining: number;
}): KeyValuePair[] {
  const byName = {
    runningEC2TasksCount: counts.running,
    pendingEC2TasksCount: counts.pending,
    runningFargateTasksCount: 0,
    pendingFargateTasksCount: 0,
    activeEC2ServiceCount: counts.active,
    activeFargateServiceCount: 0,
    drainingEC2ServiceCount: counts.draining,
    drainingFargateServiceCount: 0,
  };
  return Object.entries(byName).map(([name, count]) => ({ name, value: String(count) }));
}

const isGiven = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);
