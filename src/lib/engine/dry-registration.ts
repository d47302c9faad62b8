import { containerInstanceArn } from '../api/arn.js';
import type { DryRunHost } from '../api/operation-types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { requestOf } from '../scheduler/amounts.js';
import { createPlacer } from '../scheduler/placer.js';
import type { Refusal } from '../scheduler/types.js';
import { activeCluster } from './clusters.js';
import { keys } from './keys.js';
import { newTask } from './new-task.js';
import { dryRun } from './place.js';
import type { Wish } from './wish.js';
import { EMPTY_USAGE, instanceView } from './placement.js';
import { presentDefinition } from './present-definition.js';
import { refresh } from './refresh.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, DefinitionRecord, InstanceRecord } from './records.js';

type Output = OperationOutput<'RegisterTaskDefinition'>;

/**
 * What registering would answer, and which hosts of a cluster could run a task of it: of the one that is named, else of
 * `default` where there is one. Nothing is written. Errors: ClusterNotFoundException.
 */
export async function dryRegistration(
  ctx: EngineContext,
  { cluster, tags = [] }: Pick<OperationInput<'RegisterTaskDefinition'>, 'cluster' | 'tags'>,
  record: DefinitionRecord,
): Promise<Output> {
  const answer: Output = {
    dryRun: true,
    taskDefinition: presentDefinition(ctx, record),
    ...(tags.length > 0 ? { tags } : {}),
  };
  if (cluster === undefined && !(await hasDefault(ctx))) return answer;
  const clusterName = await activeCluster(ctx, cluster);
  return { ...answer, clusterName, hosts: await hostsFor(ctx, clusterName, record) };
}

async function hasDefault(ctx: EngineContext): Promise<boolean> {
  return (await ctx.store.get<ClusterRecord>(keys.cluster('default')))?.value.status === 'ACTIVE';
}

async function hostsFor(
  ctx: EngineContext,
  cluster: string,
  definition: DefinitionRecord,
): Promise<DryRunHost[]> {
  await refresh(ctx, cluster, { usage: true });
  const entries = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  if (entries.length === 0) return [];
  const wish: Wish = {
    cluster,
    definition,
    constraints: [],
    strategy: [],
    random: () => ctx.random,
  };
  const plan = await dryRun(ctx, wish, newTask(ctx, wish, {}), 1);
  const refusals = new Map(plan.hosts.map(({ name, refusal }) => [name, refusal]));
  return entries
    .map(({ value: instance }) => ({
      name: instance.name,
      containerInstanceArn: containerInstanceArn(ctx.identity, cluster, instance.id),
      ...judge(refusals.get(instance.name), refusalAtBest(ctx, instance, definition)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Judgement = Pick<DryRunHost, 'canRun' | 'reason' | 'detail'>;

function judge(now: Refusal | undefined, atBest: Refusal | undefined): Judgement {
  if (now === undefined) return { canRun: 'NOW' };
  const { reason, detail } = atBest ?? now;
  return { canRun: atBest === undefined ? 'LATER' : 'NO', reason, detail };
}

/** Why a host could not run a task even if it answered, were ACTIVE and had nothing else to do. */
function refusalAtBest(
  ctx: EngineContext,
  instance: InstanceRecord,
  { definition }: DefinitionRecord,
): Refusal | undefined {
  const view = { ...instanceView(instance, EMPTY_USAGE), status: 'ACTIVE', agentConnected: true } as const;
  const pick = createPlacer([view], { random: ctx.random }).place(requestOf(definition));
  return pick.placed ? undefined : pick.refusals[0];
}
