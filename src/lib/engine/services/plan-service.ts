import type { Failure, TaskDefinition } from '../../api/types.js';
import { instanceId } from '../../api/arn.js';
import { noContainerInstances } from '../../api/errors.js';
import { serviceTags } from './service-tags.js';
import { planService, wantedOf } from '../../services/plan.js';
import { stopReasons, texts } from '../../services/texts.js';
import type { EndedTask, Plan, PlanSettings, Seen, Service } from '../../services/types.js';
import type { Entry } from '../../store/store.js';
import { transact, type Draft } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { indexes, keys, putTask } from '../keys.js';
import { newTask } from '../new-task.js';
import { pickPlaces, type Picked, type Unplaced, type Wish } from '../place.js';
import type {
  DefinitionRecord,
  InstanceRecord,
  ServiceEventRecord,
  ServiceRecord,
  TaskRecord,
  UsageRecord,
} from '../records.js';
import { markStopped, requestStop } from '../task-life.js';
import { saveTask } from '../task-records.js';
import { eligibleFor, isCutOff, ONE_A_HOST, serviceHost, serviceTask, withRestartsTold } from './observed.js';
import { countsOf, type DeploymentCounts } from './deployment-counts.js';
import { foreignTasks } from './foreign-tasks.js';
import { canBeKept } from './keep-tasks.js';
import { retireRevisions } from './retire-revisions.js';
import { saveService, tellEvents } from './service-records.js';

/** Ms between two times that a service is told to be steady (ECS: about 6 h). */
const STEADY_TOLD = 6 * 3600_000;

/** What was committed for a service: its tasks' records say so already, and hosts are to follow. */
export interface Committed {
  record: ServiceRecord;
  plan: Plan;
  started: TaskRecord[];
  stopped: TaskRecord[];
  /** Those for which there is no place. */
  failures: Failure[];
  /** By deployment. */
  counts: Map<string, DeploymentCounts>;
  /** What `started` is placed by. */
  wish: Wish;
  events: ServiceEventRecord[];
  /** Of a steady service: tasks that run, and that their engines are to start again from now on. */
  unkept: TaskRecord[];
  /** Tasks of its name that another state's service started. */
  foreign: TaskRecord[];
}

export interface PlanOptions {
  /** Tasks start without the data of their shared volumes where the host that has it is away. */
  allowVolumeMove?: boolean | undefined;
}

export const planSettings = ({ settings: { healthyAfter, hostGrace } }: EngineContext): PlanSettings => ({
  healthyAfter,
  hostGrace,
});

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
  return transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const record = await draft.get<ServiceRecord>(keys.service(cluster, name));
    const primary = record?.service.deployments[0];
    if (record === undefined || primary === undefined || record.service.status === 'INACTIVE')
      return undefined;
    const revision = record.revisions[primary.id];
    const definition =
      revision && (await draft.get<DefinitionRecord>(keys.definition(revision.family, revision.revision)));
    if (definition === undefined) return undefined;
    const view = await look(ctx, draft, record, {
      ...wishFor(ctx, record, definition),
      ...(allowVolumeMove && { withoutData: true }),
    });
    if (view.foreign.length > 0) return nothing(record, view);
    const decided = await decide(ctx, draft, record, view);
    return write(ctx, draft, record, view, decided, owner);
  });
}

interface View {
  seen: Seen;
  wish: Wish;
  tasks: Map<string, TaskRecord>;
  ended: Entry<EndedTask>[];
  foreign: TaskRecord[];
}

/** A wish of the service's PRIMARY deployment. */
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
  const own = tasks.map(({ value }) => value);
  const group = `service:${service.name}`;
  return {
    wish,
    tasks: new Map(own.map((task) => [task.id, task])),
    ended,
    foreign: await foreignTasks(draft, record, own),
    seen: {
      tasks: own.map(serviceTask),
      ended: ended.map(({ value }) => value),
      hosts: new Map(hosts.map((one) => [one.id, serviceHost(one, byInstance.get(one.id))])),
      frozen: isCutOff(hosts, ctx.settings.hostGrace),
      ...(isDaemon && { eligible: eligibleFor(wish, { group, overrides: {} }, hosts, byInstance) }),
    },
  };
}

interface Decision {
  plan: Plan;
  picked: Picked | undefined;
}

/** Where not all that is to start has a place, room is made for it first, as far as the lower bound allows. */
async function decide(
  ctx: EngineContext,
  draft: Draft,
  record: ServiceRecord,
  { seen, wish }: View,
): Promise<Decision> {
  const settings = planSettings(ctx);
  const now = ctx.clock();
  const plan = planService(record.service, seen, settings, now);
  if (plan.start.count === 0) return { plan, picked: undefined };
  if (seen.hosts.size === 0) return { plan, picked: nowhere(record.cluster) };
  const picked = await pickPlaces(ctx, draft, among(wish, plan), newTasks(ctx, record, wish, plan));
  if (picked.placed.failures.length === 0) return { plan, picked };
  return { plan: planService(record.service, { ...seen, cramped: true }, settings, now), picked };
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
): Unplaced[] {
  const { enableExecuteCommand, enableECSManagedTags } = record;
  return Array.from({ length: start.count }, () =>
    newTask(ctx, wish, {
      group: `service:${service.name}`,
      startedBy: service.deployments[0]?.id,
      tags: serviceTags(record),
      ...(record.propagateTags === 'TASK_DEFINITION' && { propagateTags: 'TASK_DEFINITION' }),
      ...(enableECSManagedTags !== undefined && { enableECSManagedTags }),
      ...(enableExecuteCommand !== undefined && { enableExecuteCommand }),
    }),
  );
}

async function write(
  ctx: EngineContext,
  draft: Draft,
  record: ServiceRecord,
  view: View,
  { plan, picked }: Decision,
  owner: string,
): Promise<Committed> {
  const now = ctx.clock();
  const started = (picked?.placed.tasks ?? []).map((task) => ({ ...task, owner }));
  const failures = picked?.placed.failures ?? [];
  await picked?.write();
  for (const task of started) draft.put(putTask(task));
  const stopped: TaskRecord[] = [];
  for (const { task: id, reason } of plan.stop) {
    const task = await draft.get<TaskRecord>(keys.task(record.cluster, id));
    if (task?.desiredStatus !== 'RUNNING') continue;
    const cause = { code: 'ServiceSchedulerInitiated' as const, reason };
    stopped.push(await saveTask(draft, task, { ...requestStop(task, cause, now), owner }));
  }
  for (const id of plan.lost) {
    const task = await draft.get<TaskRecord>(keys.task(record.cluster, id));
    if (task !== undefined) await saveTask(draft, task, { ...task, wasLost: true });
  }
  for (const id of plan.gone) {
    const task = await draft.get<TaskRecord>(keys.task(record.cluster, id));
    if (task === undefined) continue;
    const cause = { code: 'ServiceSchedulerInitiated' as const, reason: stopReasons.gone };
    await saveTask(draft, task, markStopped(task, cause, now));
    draft.delete(keys.endedTask(record.cluster, record.service.name, id));
  }
  for (const { id, restarts } of view.seen.tasks) {
    const seen = restarts && view.tasks.get(id);
    const task = seen && (await draft.get<TaskRecord>(keys.task(record.cluster, id)));
    if (task) await saveTask(draft, task, withRestartsTold(task, seen));
  }
  for (const { key } of view.ended) draft.delete(key);
  const service = counted(ctx, view, plan, now);
  const after = { ...record, service, ...(service.status === 'INACTIVE' && { endedAt: now }) };
  const isNews = steadiness(after, plan, now);
  const messages = [
    ...plan.events,
    ...(await retireRevisions(draft, record, after, now)),
    ...(started.length > 0
      ? [
          texts.started(
            plan.service.name,
            started.map(({ id }) => id),
          ),
        ]
      : []),
    ...failures.slice(0, 1).map((failure) => texts.cannotPlace(plan.service.name, nearest(failure))),
    ...(isNews ? [texts.steady(plan.service.name)] : []),
  ];
  const events = await tellEvents(ctx, draft, after, messages);
  const changes =
    started.length + stopped.length + plan.lost.length + plan.gone.length + view.ended.length + events.length;
  if (changes > 0 || JSON.stringify(after) !== JSON.stringify(record)) saveService(draft, record, after, now);
  return {
    record: after,
    plan,
    started,
    stopped,
    failures,
    wish: view.wish,
    events,
    counts: countsOf(view.seen, plan, started.length, planSettings(ctx), now),
    unkept: plan.steady ? unkept(view, definitionOf(view)) : [],
    foreign: [],
  };
}

/** ECS shows of a DAEMON as its desired count how many tasks it is to have. */
function counted(ctx: EngineContext, { seen }: View, { service }: Plan, now: number): Service {
  if (service.scheduling !== 'DAEMON') return service;
  return { ...service, desiredCount: wantedOf(service, seen, planSettings(ctx), now) };
}

/** Notes whether the service is steady, and since when that is told. Returns whether it is to be told now. */
function steadiness(record: ServiceRecord, { steady, service }: Plan, now: number): boolean {
  if (!steady || service.status !== 'ACTIVE') {
    delete record.steadyAt;
    return false;
  }
  if (record.steadyAt !== undefined && now - record.steadyAt < STEADY_TOLD) return false;
  record.steadyAt = now;
  return true;
}

/** As ECS ends its event: the instance that came nearest, and what it lacks. */
export function nearest({ arn, reason = '', detail }: Failure): string {
  if (arn === undefined) return detail === undefined ? '' : ` Reason: ${detail}`;
  const lacks: Record<string, string> = {
    'RESOURCE:CPU': 'has insufficient CPU units available.',
    'RESOURCE:MEMORY': 'has insufficient memory available.',
    'RESOURCE:GPU': 'has insufficient GPUs available.',
    'RESOURCE:PORTS': 'is already using a port required by your task.',
  };
  const what = lacks[reason] ?? `encountered error "${reason}".`;
  return ` The closest matching (container-instance ${instanceId(arn)}) ${what}`;
}

const definitionOf = ({ wish }: View) => wish.definition.definition;

const unkept = ({ tasks }: View, definition: TaskDefinition): TaskRecord[] =>
  canBeKept(definition)
    ? [...tasks.values()].filter(({ kept, lastStatus }) => !kept && lastStatus === 'RUNNING')
    : [];

const nothing = (record: ServiceRecord, { foreign, wish, seen: _ }: View): Committed => ({
  record,
  plan: {
    service: record.service,
    start: { count: 0 },
    stop: [],
    lost: [],
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
