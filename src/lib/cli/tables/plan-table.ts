import type { EngineEvent } from '../../engine/events.js';
import { type Column, peopleTable } from '../people-table.js';
import { withinWidth } from '../folding.js';
import { count } from '../../api/count.js';
import type { Terminal } from '../terminal.js';

/** What a dry run says of one host. */
export type HostPlan = Extract<EngineEvent, { type: 'plan' }>;

const columns: Column<HostPlan>[] = [
  { title: 'host', of: (plan) => plan.host, shrinksTo: 10 },
  {
    title: 'tasks',
    of: (plan) => String(plan.tasks),
    right: true,
    style: (plan) => (plan.tasks > 0 ? 'green' : 'dim'),
  },
  {
    title: 'why no more',
    of: (plan) => plan.refusal && `${plan.refusal.reason}: ${plan.refusal.detail}`,
    shrinksTo: 20,
  },
];

/** The plan of `run-task --dry-run`: what each host would get, and why it would get no more. */
export function planForPeople(plans: readonly HostPlan[], terminal: Terminal): string {
  const placed = plans.reduce((sum, plan) => sum + plan.tasks, 0);
  const said = withinWidth(`${count(placed, 'task')} would start. Nothing was changed.\n`, terminal.width());
  return `${peopleTable(columns, plans, terminal)}\n${said}`;
}
