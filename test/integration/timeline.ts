import { tellEngine } from '../hosts/engine-api.js';
import type { TestHost } from '../hosts/host.js';
import { labelled } from './labels.js';

/** When a container's process ran: epoch milliseconds by its engine; `end` is Infinity while it runs. */
export interface Run {
  taskId: string;
  begin: number;
  end: number;
}

interface Inspected {
  State: { StartedAt: string; FinishedAt: string; Running: boolean };
}

/**
 * When each container of a family's tasks ran last. The engines keep ended ones and all clocks are this machine's, so the
 * counts at any moment follow exactly, without watching.
 */
export async function runsOf(hosts: readonly TestHost[], family: string): Promise<Run[]> {
  const all = await labelled(hosts);
  const own = all.filter(({ labels }) => labels['com.amazonaws.ecs.task-definition-family'] === family);
  const runs = await Promise.all(
    own.map(async ({ host, id, taskId, state }): Promise<Run[]> => {
      const socket = hosts.find(({ name }) => name === host)?.dockerSocket ?? '';
      if (state === 'created') return [];
      const { State } = await tellEngine<Inspected>(socket, 'GET', `/containers/${id}/json`);
      const end = State.Running ? Infinity : Date.parse(State.FinishedAt);
      return [{ taskId, begin: Date.parse(State.StartedAt), end }];
    }),
  );
  return runs.flat();
}

/** The most and the fewest of them at once between two moments. */
export function extremes(runs: readonly Run[], from: number, to = Infinity): { least: number; most: number } {
  const moments = runs.flatMap(({ begin, end }) => [begin, end]).filter((at) => at >= from && at < to);
  const counts = [from, ...moments].map(
    (at) => runs.filter(({ begin, end }) => begin <= at && at < end).length,
  );
  return { least: Math.min(...counts), most: Math.max(...counts) };
}
