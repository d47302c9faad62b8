import type { ServiceDeploymentBrief } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { age, nameOf } from '../people-words.js';
import type { Terminal } from '../terminal.js';

/** Deployments of a service, newest first. `now` in epoch milliseconds; `definitions` by service revision. */
export function deploymentTable(
  deployments: readonly ServiceDeploymentBrief[],
  terminal: Terminal,
  now: number,
  definitions: ReadonlyMap<string, string>,
): string {
  const columns: Column<ServiceDeploymentBrief>[] = [
    { title: 'deployment', of: (one) => nameOf(one.serviceDeploymentArn) },
    {
      title: 'status',
      of: (one) => one.status,
      style: ({ status = '' }) => (/FAILED|STOPPED|ROLLBACK/.test(status) ? 'red' : undefined),
    },
    { title: 'age', of: (one) => age(one.startedAt, now), right: true },
    {
      title: 'took',
      of: (one) => one.finishedAt && age(one.startedAt, one.finishedAt.getTime()),
      right: true,
    },
    { title: 'definition', of: (one) => definitions.get(one.targetServiceRevisionArn ?? ''), shrinksTo: 12 },
    { title: 'reason', of: (one) => one.statusReason, shrinksTo: 16, leaves: 2 },
  ];
  return peopleTable(columns, deployments, terminal);
}
