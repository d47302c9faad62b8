import { count } from '../../api/count.js';
import type { EngineContext } from '../context.js';
import { indexes, serviceOf } from '../keys.js';
import type { InstanceRecord, TaskRecord } from '../records.js';
import { isWatched } from './watchers.js';

interface Left {
  cluster: string;
  /** What people call the hosts that drain. */
  hosts: readonly string[];
  /** Tasks that are still to stop: of services, and others. */
  ofServices: number;
  others: number;
  /** Whether somebody keeps the cluster's services, and so moves them. */
  watched: boolean;
}

/** Tells what becomes of the tasks on instances that were just made to drain: marking them moves none of these. */
export async function noteDraining(
  ctx: EngineContext,
  cluster: string,
  instances: readonly InstanceRecord[],
): Promise<void> {
  if (instances.length === 0) return;
  const lists = await Promise.all(
    instances.flatMap(({ id }) =>
      ['PENDING', 'RUNNING'].map((status) =>
        ctx.store.list<TaskRecord>({ index: indexes.instanceTasks(cluster, id, status) }),
      ),
    ),
  );
  const tasks = lists.flat().filter(({ value }) => value.desiredStatus !== 'STOPPED');
  const ofServices = tasks.filter(({ value }) => serviceOf(value) !== undefined).length;
  const message = drainingNote({
    cluster,
    hosts: instances.map(({ name }) => name),
    ofServices,
    others: tasks.length - ofServices,
    watched: await isWatched(ctx, cluster),
  });
  ctx.emit({ type: 'note', message });
}

/** `3 tasks of services are on web1, which drains. not watched: longshore wait instance-drained … moves them` */
export function drainingNote({ cluster, hosts, ofServices, others, watched }: Left): string {
  const where = hosts.join(', ');
  const verb = `longshore wait instance-drained --cluster ${cluster} --container-instances ${hosts.join(' ')}`;
  const them = ofServices === 1 ? 'it' : 'them';
  const next = watched
    ? `who watches the cluster moves ${them}; ${verb} waits for that`
    : `not watched: ${verb} moves ${them}`;
  const drains = hosts.length === 1 ? 'drains' : 'drain';
  const stay = `${count(others, 'task')} of no service ${others === 1 ? 'stays until it ends' : 'stay until they end'}`;
  if (ofServices === 0)
    return `${where} ${drains}; no task of a service is there${others > 0 ? `, ${stay}` : ''}`;
  const first = `${where} ${drains}, with ${count(ofServices, 'task')} of services; ${next}`;
  return others > 0 ? `${first}; ${stay}` : first;
}
