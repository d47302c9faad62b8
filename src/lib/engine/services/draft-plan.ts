import type { Failure } from '../../api/types.js';
import { instanceId } from '../../api/arn.js';
import { wantedOf } from '../../services/plan.js';
import { stopReasons, texts } from '../../services/texts.js';
import type { EndedTask, Plan, PlanSettings, Seen, Service } from '../../services/types.js';
import type { Entry } from '../../store/store.js';
import type { Draft } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import { keys, putTask } from '../keys.js';
import type { Picked } from '../place.js';
import type { Wish } from '../wish.js';
import type { TaskRecord } from '../records.js';
import type { ServiceEventRecord, ServiceRecord } from './records.js';
import { markStopped, requestStop } from '../task-life.js';
import { saveTask } from '../task-records.js';
import { countsOf, type DeploymentCounts } from './deployment-counts.js';
import { canBeKept } from './keep-tasks.js';
import { withRestartsTold } from './observed.js';
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

/** What a plan is made of. */
export interface View {
  seen: Seen;
  wish: Wish;
  tasks: Map<string, TaskRecord>;
  ended: Entry<EndedTask>[];
  foreign: TaskRecord[];
}

export interface Decision {
  plan: Plan;
  /** Where there is something to start. */
  wish?: Wish;
  picked?: Picked;
}

export const planSettings = ({ settings: { healthyAfter, hostGrace } }: EngineContext): PlanSettings => ({
  healthyAfter,
  hostGrace,
});

/** Drafts what was decided for a service: its tasks, its deployments and its events. */
export async function draftPlan(
  ctx: EngineContext,
  draft: Draft,
  record: ServiceRecord,
  view: View,
  { plan, wish = view.wish, picked }: Decision,
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
  for (const id of plan.found) {
    const task = await draft.get<TaskRecord>(keys.task(record.cluster, id));
    if (task === undefined) continue;
    const { wasLost: _, ...found } = task;
    await saveTask(draft, task, found);
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
  const marked = plan.lost.length + plan.found.length + plan.gone.length;
  const changes = started.length + stopped.length + marked + view.ended.length + events.length;
  if (changes > 0 || JSON.stringify(after) !== JSON.stringify(record)) saveService(draft, record, after, now);
  return {
    record: after,
    plan,
    started,
    stopped,
    failures,
    wish,
    events,
    counts: countsOf(view.seen, plan, started.length, planSettings(ctx), now),
    unkept: plan.steady ? unkept(view) : [],
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

/** A service that was halted has tasks of other definitions, too, of which this one says nothing. */
const unkept = ({
  tasks,
  wish: {
    definition: { definition: own },
  },
}: View): TaskRecord[] =>
  canBeKept(own)
    ? [...tasks.values()].filter(
        ({ family, revision, kept, lastStatus }) =>
          family === own.family && revision === own.revision && !kept && lastStatus === 'RUNNING',
      )
    : [];
