import { noContainerInstances } from '../../api/errors.js';
import { planService } from '../../services/plan.js';
import { startedDeployment } from '../../services/halted.js';
import type { EndedTask, Plan, Service } from '../../services/types.js';
import { transact, type Draft } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import { newTask } from '../new-task.js';
import { pickPlaces, type Picked } from '../place.js';
import type { Unplaced, Wish } from '../wish.js';
import type { DefinitionRecord, InstanceRecord, TaskRecord, UsageRecord } from '../records.js';
import type { ServiceRecord } from './records.js';
import { countsOf } from './deployment-counts.js';
import { draftPlan, planSettings, type Committed, type Decision, type View } from './draft-plan.js';
import { foreignTasks } from './foreign-tasks.js';
import { launchesOf, tasksOf } from './launches.js';
import { eligibleFor, isCutOff, ONE_A_HOST, serviceHost, serviceTask } from './observed.js';
import { serviceTags } from './service-tags.js';

export interface PlanOptions {
  /** Tasks start without the data of their shared volumes where the host that has it is away. */
  allowVolumeMove?: boolean | undefined;
}

/**
 * Plans a service and commits what is to be, in one transaction: tasks that start, with their places, and tasks that are
 * to stop. Who loses a race plans again on what the other has left: so any number of processes may do this at once, and
 * none starts or stops for another. undefined where there is nothing to keep.
 */
export async function planAndCommit(
  ctx: EngineContext,
  cluster: string,
  name: string,
  { allowVolumeMove = false }: PlanOptions = {},
): Promise<Committed | undefined> {
  const owner = await ctx.owner();
  return planned(ctx, cluster, name, allowVolumeMove, (draft, record, view, decided) =>
    draftPlan(ctx, draft, record, view, decided, owner),
  );
}

/** A service as it is, with what would be done next; commits nothing. undefined where there is nothing to keep. */
export function viewService(
  ctx: EngineContext,
  cluster: string,
  name: string,
): Promise<Committed | undefined> {
  return planned(ctx, cluster, name, false, async (_draft, record, view, { plan, picked }) => ({
    ...nothing(record, view),
    plan,
    failures: picked?.placed.failures ?? [],
    counts: countsOf(view.seen, { ...plan, stop: [] }, 0, planSettings(ctx), ctx.clock()),
  }));
}

function planned(
  ctx: EngineContext,
  cluster: string,
  name: string,
  allowVolumeMove: boolean,
  use: (draft: Draft, record: ServiceRecord, view: View, decided: Decision) => Promise<Committed>,
): Promise<Committed | undefined> {
  return transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const record = await draft.get<ServiceRecord>(keys.service(cluster, name));
    if (record === undefined || record.service.status === 'INACTIVE') return undefined;
    const wishOf = async (service: Service): Promise<Wish | undefined> => {
      const definition = await definitionOf(draft, { ...record, service });
      return (
        definition && {
          ...wishFor(ctx, record, definition),
          ...(allowVolumeMove && { withoutData: true }),
        }
      );
    };
    const wish = await wishOf(record.service);
    if (wish === undefined) return undefined;
    const view = await look(ctx, draft, record, wish);
    if (view.foreign.length > 0) return nothing(record, view);
    const decided = await decide(ctx, draft, record, view, wishOf);
    return use(draft, record, view, decided);
  });
}

/** What tasks of a service are started by; of one that starts none, what its PRIMARY deployment had. */
export async function definitionOf(
  draft: Pick<Draft, 'get'>,
  { service, revisions }: Pick<ServiceRecord, 'service' | 'revisions'>,
): Promise<DefinitionRecord | undefined> {
  const revision = revisions[(startedDeployment(service) ?? service.deployments[0])?.id ?? ''];
  return revision && draft.get<DefinitionRecord>(keys.definition(revision.family, revision.revision));
}

/** A wish of a service's tasks of a definition. */
export function wishFor(ctx: EngineContext, record: ServiceRecord, definition: DefinitionRecord): Wish {
  const { cluster, service, placementConstraints: constraints, placementStrategy: strategy } = record;
  const isDaemon = service.scheduling === 'DAEMON';
  return {
    cluster,
    definition,
    constraints: isDaemon ? [...constraints, ONE_A_HOST] : constraints,
    strategy: strategy.length > 0 ? strategy : DEFAULT_STRATEGY,
    random: () => ctx.random,
  };
}

/** ECS: over the zones, and inside of each to the instances with the fewest tasks of the service. */
const DEFAULT_STRATEGY: Wish['strategy'] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];

async function look(ctx: EngineContext, draft: Draft, record: ServiceRecord, wish: Wish): Promise<View> {
  const { cluster, service } = record;
  const [tasks, ended, instances] = await Promise.all([
    draft.peek<TaskRecord>({ index: indexes.serviceTasks(cluster, service.name) }),
    draft.peek<EndedTask>({ prefix: keys.endedTasks(cluster, service.name) }),
    draft.peek<InstanceRecord>({ prefix: keys.instances(cluster) }),
  ]);
  const isDaemon = service.scheduling === 'DAEMON';
  const usages =
    isDaemon || service.strategy.some(({ type }) => type === 'binpack')
      ? await draft.peek<UsageRecord>({ prefix: keys.usages(cluster) })
      : [];
  const byInstance = new Map(usages.map(({ key, value }) => [key.slice(keys.usages(cluster).length), value]));
  const hosts = instances.map(({ value }) => value);
  const all = tasks.map(({ value }) => value);
  const others = await foreignTasks(draft, record, all);
  // One that is deleted stops its own tasks, and leaves those of the other state's service alone.
  const isOver = service.status !== 'ACTIVE';
  const own = isOver ? all.filter((task) => !others.includes(task)) : all;
  const group = `service:${service.name}`;
  return {
    wish,
    tasks: new Map(own.map((task) => [task.id, task])),
    ended,
    foreign: isOver ? [] : others,
    seen: {
      tasks: own.map(serviceTask),
      ended: ended.map(({ value }) => value),
      hosts: new Map(hosts.map((one) => [one.id, serviceHost(one, byInstance.get(one.id))])),
      frozen: isCutOff(hosts, ctx.settings.hostGrace),
      // Where it is to run no more its constraints needn't even be readable.
      ...(isDaemon &&
        !isOver && {
          eligible: eligibleFor(wish, { group, overrides: {} }, hosts, byInstance),
        }),
    },
  };
}

/**
 * Where not all that is to start has a place, room is made for it first, as far as the lower bound allows. A plan may find that
 * the deployment has failed: what it then starts is of the one that is gone back to.
 */
async function decide(
  ctx: EngineContext,
  draft: Draft,
  record: ServiceRecord,
  { seen, tasks }: View,
  wishOf: (service: Service) => Promise<Wish | undefined>,
): Promise<Decision> {
  const settings = planSettings(ctx);
  const now = ctx.clock();
  const plan = planService(record.service, seen, settings, now);
  const wish = plan.start.count === 0 ? undefined : await wishOf(plan.service);
  if (wish === undefined) return { plan };
  if (seen.hosts.size === 0) return { plan, wish, picked: nowhere(record.cluster) };
  const picked = await pickPlaces(ctx, draft, among(wish, plan), newTasks(ctx, record, wish, plan, tasks));
  if (picked.placed.failures.length === 0) return { plan, wish, picked };
  return { plan: planService(record.service, { ...seen, cramped: true }, settings, now), wish, picked };
}

/** A cluster without hosts: it may get some. */
const nowhere = (cluster: string): Picked => ({
  placed: {
    tasks: [],
    failures: [{ reason: 'EMPTY CAPACITY', detail: noContainerInstances(cluster).message }],
  },
  write: async () => undefined,
});

const among = (wish: Wish, { start: { on } }: Plan): Wish =>
  on === undefined ? wish : { ...wish, among: new Set(on) };

function newTasks(
  ctx: EngineContext,
  record: ServiceRecord,
  wish: Wish,
  { service, start }: Plan,
  tasks: View['tasks'],
): Unplaced[] {
  const { enableExecuteCommand, enableECSManagedTags, revisions } = record;
  const deployment = startedDeployment(service)?.id;
  const launches = launchesOf(revisions[deployment ?? ''], start.count, tasksOf(deployment, tasks));
  return launches.map((launch) =>
    newTask(ctx, wish, {
      group: `service:${service.name}`,
      startedBy: deployment,
      tags: serviceTags(record),
      ...launch,
      ...(record.propagateTags === 'TASK_DEFINITION' && { propagateTags: 'TASK_DEFINITION' }),
      ...(enableECSManagedTags !== undefined && { enableECSManagedTags }),
      ...(enableExecuteCommand !== undefined && { enableExecuteCommand }),
    }),
  );
}

const nothing = (record: ServiceRecord, { foreign, wish, seen: _ }: View): Committed => ({
  record,
  plan: {
    service: record.service,
    start: { count: 0 },
    stop: [],
    lost: [],
    found: [],
    gone: [],
    events: [],
    steady: false,
    wakeAt: undefined,
  },
  started: [],
  stopped: [],
  failures: [],
  wish,
  events: [],
  counts: new Map(),
  unkept: [],
  foreign,
});
