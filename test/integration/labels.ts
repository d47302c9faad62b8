import { tellEngine } from '../hosts/engine-api.js';
import type { TestHost } from '../hosts/host.js';

/** A container of ours as its host shows it. */
export interface Labelled {
  host: string;
  id: string;
  taskId: string;
  container: string;
  /** `created`, `running`, `exited` … */
  state: string;
  /** What its task takes of the host. */
  resources: { cpu: number; memory: number; ports: string[] };
  labels: Record<string, string>;
}

interface Listed {
  Id: string;
  State: string;
  Labels: Record<string, string>;
}

/** Every container of ours on these hosts, in whatever state, by its labels; past SSH and past Longshore. */
export async function labelled(hosts: readonly TestHost[]): Promise<Labelled[]> {
  const lists = await Promise.all(hosts.map(labelledOn));
  return lists.flat();
}

async function labelledOn(host: TestHost): Promise<Labelled[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: ['longshore.task-id'] }));
  const path = `/containers/json?all=1&filters=${filters}`;
  const listing = await tellEngine<Listed[]>(host.dockerSocket, 'GET', path);
  return listing.map(({ Id, State, Labels }) => ({
    host: host.name,
    id: Id,
    state: State,
    taskId: Labels['longshore.task-id'] ?? '',
    container: Labels['longshore.container'] ?? '',
    resources: JSON.parse(Labels['longshore.resources'] ?? '{}') as Labelled['resources'],
    labels: Labels,
  }));
}

/** Tasks of which a container runs on a host: one container for each, to tell what the task takes. */
export function runningTasks(containers: readonly Labelled[], host?: string): Labelled[] {
  const running = containers.filter((c) => c.state === 'running' && (host === undefined || c.host === host));
  return [...new Map(running.map((c) => [c.taskId, c])).values()];
}

/** What runs of ours on a host, summed up by the labels. */
export function taken(
  containers: readonly Labelled[],
  host: string,
): { cpu: number; memory: number; ports: string[] } {
  const tasks = runningTasks(containers, host);
  return {
    cpu: tasks.reduce((sum, { resources }) => sum + resources.cpu, 0),
    memory: tasks.reduce((sum, { resources }) => sum + resources.memory, 0),
    ports: tasks.flatMap(({ resources }) => resources.ports),
  };
}
