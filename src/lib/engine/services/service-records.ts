import { serviceNotActive, serviceNotFound } from '../../api/service-errors.js';
import { serviceName } from '../../api/arn.js';
import type { Draft } from '../../store/transact.js';
import { transact } from '../../store/transact.js';
import { departed } from '../../services/rollout.js';
import type { Deployment, Service } from '../../services/types.js';
import { keys, putService } from '../keys.js';
import type { EngineContext } from '../context.js';
import type { InstanceRecord } from '../records.js';
import type { PastDeploymentRecord, ServiceEventRecord, ServiceRecord } from './records.js';
import { idOf } from './present-service.js';

/** ECS keeps so many. */
const MOST_EVENTS = 100;
/** Ms in which the same event isn't told again (ECS). */
const SAME = 6 * 3600_000;
/** What is found anew with each plan as long as it is so: that nothing can be placed, started or stopped. */
const UNABLE = /^\(service \S+\) (is|was) unable to /;

/**
 * 19 digits: with `ecs-svc/` before them a deployment, alone the service revision that it deploys. They are the same ones, as
 * in ECS: Terraform's provider finds the service deployment of a PRIMARY deployment by them.
 */
export function deploymentNumber(ctx: Pick<EngineContext, 'newId'>): string {
  const number = BigInt(`0x${ctx.newId()}`) % 9_000_000_000_000_000_000n;
  return String(number + 1_000_000_000_000_000_000n);
}

/** The record of a service by its name or ARN. Throws ServiceNotFoundException. */
export async function findService(
  draft: Pick<Draft, 'get'>,
  cluster: string,
  text: string,
): Promise<ServiceRecord> {
  const name = serviceName(text, cluster);
  const record = await draft.get<ServiceRecord>(keys.service(cluster, name));
  if (record === undefined) throw serviceNotFound(name, cluster);
  return record;
}

/** As findService; throws ServiceNotActiveException where it is on its way out, or gone. */
export async function findActiveService(
  draft: Pick<Draft, 'get'>,
  cluster: string,
  text: string,
): Promise<ServiceRecord> {
  const record = await findService(draft, cluster, text);
  if (record.service.status !== 'ACTIVE') throw serviceNotActive(record.service.name);
  return record;
}

/** Drafts a service as the planner made it of what it was; deployments that have left it go to the history. */
export function saveService(draft: Draft, before: ServiceRecord, after: ServiceRecord, now: number): void {
  const { cluster, service, revisions, deploymentConfiguration } = after;
  for (const deployment of departed(before.service, service, now)) {
    const revision = revisions[deployment.id];
    if (revision === undefined) continue;
    const value: PastDeploymentRecord = {
      cluster,
      service: service.name,
      deployment,
      revision,
      desiredCount: service.desiredCount,
      deploymentConfiguration,
      ...sourceOf(deployment),
    };
    draft.put({
      key: keys.pastDeployment(cluster, service.name, deployment.createdAt, deployment.id),
      value,
    });
  }
  draft.put(putService({ ...after, revisions: revisionsOf(after) }));
}

/** The id of the revision that was there before a deployment: that of its deployment, without `ecs-svc/`. */
export const sourceOf = ({ source }: Deployment): { source?: string } =>
  source === undefined ? {} : { source: idOf({ id: source }) };

function revisionsOf({ service, revisions }: ServiceRecord): ServiceRecord['revisions'] {
  const there = new Set(service.deployments.map(({ id }) => id));
  return Object.fromEntries(Object.entries(revisions).filter(([id]) => there.has(id)));
}

/**
 * Drafts events of a service, oldest first. One that says the same as the newest isn't told again; where the service is
 * unable to do something, nor is one that was told in these six hours of the deployment, whatever was told between.
 */
export async function tellEvents(
  ctx: Pick<EngineContext, 'clock' | 'newId'>,
  draft: Draft,
  { cluster, service }: Pick<ServiceRecord, 'cluster' | 'service'>,
  messages: readonly string[],
): Promise<ServiceEventRecord[]> {
  if (messages.length === 0) return [];
  const key = keys.serviceEvents(cluster, service.name);
  const known = (await draft.get<ServiceEventRecord[]>(key)) ?? [];
  const at = ctx.clock();
  const told: ServiceEventRecord[] = [];
  const since = Math.max(at - SAME + 1, begun(service));
  for (const message of messages) {
    const all = [...told, ...known];
    const isTold = ({ message: earlier }: ServiceEventRecord) => earlier === message;
    if (all.slice(0, 1).some((newest) => isTold(newest) && at - newest.at < SAME)) continue;
    if (UNABLE.test(message) && all.some((one) => isTold(one) && one.at >= since)) continue;
    told.unshift({ id: uuid(ctx.newId()), at, message, ...(await hostsIn(draft, cluster, message)) });
  }
  if (told.length > 0) draft.put({ key, value: [...told, ...known].slice(0, MOST_EVENTS) });
  return told.reverse();
}

/** ECS's texts have ids of instances. */
async function hostsIn(
  draft: Draft,
  cluster: string,
  message: string,
): Promise<Pick<ServiceEventRecord, 'hosts'>> {
  const ids = [...message.matchAll(/\(container-instance ([0-9a-f]{32})\)/g)].map(([, id]) => id);
  if (ids.length === 0) return {};
  const instances = await draft.peek<InstanceRecord>({ prefix: keys.instances(cluster) });
  const meant = instances.filter(({ value }) => ids.includes(value.id));
  return { hosts: Object.fromEntries(meant.map(({ value }) => [value.id, value.name])) };
}

/** When the PRIMARY deployment took its place, or was gone back to. */
const begun = ({ deployments }: Service): number =>
  Math.max(0, ...deployments.flatMap(({ createdAt, rollback }) => [createdAt, rollback?.startedAt ?? 0]));

/** Changes a service by a pure function of the planner's data, outside its plans. Returns it as it is then. */
export function changeService(
  ctx: EngineContext,
  cluster: string,
  name: string,
  change: (service: Service) => { service: Service; events: string[] },
): Promise<{ record: ServiceRecord; told: ServiceEventRecord[] } | undefined> {
  return transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const record = await draft.get<ServiceRecord>(keys.service(cluster, name));
    if (record === undefined) return undefined;
    const { service, events } = change(record.service);
    const after = { ...record, service };
    saveService(draft, record, after, ctx.clock());
    return { record: after, told: await tellEvents(ctx, draft, after, events) };
  });
}

const uuid = (hex: string) =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
