import { isGivenUp } from './absence.js';
import { isFailing } from './health.js';
import { isHalted } from './halted.js';
import type { PlanSettings, Seen, Service, ServiceHost, ServiceTask } from './types.js';

/** A service's tasks by the part that they play. */
export interface Cast {
  /** Of the PRIMARY deployment, or of any where that is halted, where they are to be. */
  staying: ServiceTask[];
  /** The same; their health checks fail. */
  failing: ServiceTask[];
  /** To be replaced: of earlier deployments, on hosts that drain, asked to move. */
  going: ServiceTask[];
  /** They stop already, and are there until they have. */
  stopping: ServiceTask[];
  /** On hosts that are given up: nobody knows, so they count as nothing. */
  lost: ServiceTask[];
}

export function castOf(service: Service, { tasks, hosts }: Seen, settings: PlanSettings, now: number): Cast {
  const cast: Cast = { staying: [], failing: [], going: [], stopping: [], lost: [] };
  const primary = service.deployments[0]?.id;
  const halted = isHalted(service);
  const times = { ...service, ...settings };
  for (const task of tasks) {
    const host = hosts.get(task.instance);
    cast[part(task, host)].push(task);
  }
  return cast;

  function part(task: ServiceTask, host: ServiceHost | undefined): keyof Cast {
    // One that was replaced already is not counted on again only because more hosts vanished.
    if (isGivenUp(host, task.wasLost ? undefined : service.freeze, settings, now)) return 'lost';
    if (task.lastStatus === 'STOPPING') return 'stopping';
    if (host === undefined || host.draining || task.evicted) return 'going';
    if (task.deployment !== primary && !halted) return 'going';
    return isFailing(task, times, now) ? 'failing' : 'staying';
  }
}
