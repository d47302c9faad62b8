import type { Service } from '../api/types.js';
import { instancesIn } from './event-text.js';
import { describeTasks } from './lookups.js';
import { nameOf } from './people-words.js';
import { clusterOf, EVENTS_SHOWN, serviceSheet } from './tables/service-sheet.js';
import { instancesOf } from './lookups.js';
import type { Session } from './session.js';

/** A service in detail: deployments, tasks by host, the last events. */
export async function serviceForPeople(service: Service | undefined, session: Session): Promise<string> {
  if (service === undefined) return '';
  const engine = await session.engine();
  const cluster = clusterOf(service);
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await engine.call('ListTasks', {
      cluster,
      serviceName: nameOf(service.serviceArn),
      refresh: false,
      ...(nextToken !== undefined && { nextToken }),
    });
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const tasks = arns.length === 0 ? [] : await describeTasks(engine, cluster, arns);
  const named = (service.events ?? []).slice(0, EVENTS_SHOWN).flatMap(instancesIn);
  const meant = named.map((containerInstanceArn) => ({ containerInstanceArn }));
  const instances = await instancesOf(engine, cluster, [...tasks, ...meant]);
  return serviceSheet({ service, tasks, instances, terminal: session.terminal, now: session.now() });
}
