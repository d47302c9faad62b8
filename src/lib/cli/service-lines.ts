import type { EngineEvent } from '../engine/events.js';
import { shortDefinition, shortName } from './short-names.js';
import { clean } from './terminal-text.js';
import type { Terminal } from './terminal.js';

export type ServiceProgress = Extract<EngineEvent, { type: 'service-progress' }>;

/** Services that are told of: a reconciler keeps many. */
const MOST = 3;

/** How far services are that aren't steady: a line for each deployment that has tasks, the newest first. */
export function serviceLines(
  services: readonly ServiceProgress[],
  terminal: Pick<Terminal, 'unicode'>,
): string[] {
  const told = services.filter(({ steady }) => !steady).slice(0, MOST);
  const lines = told.flatMap((service) => deploymentLines(service, services.length > 1, terminal));
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

/** `web:4` and `7 running (5 healthy), 3 pending, 1 failed of 12`. */
function deploymentLines(
  { service, wanted, deployments, unplaced }: ServiceProgress,
  named: boolean,
  terminal: Pick<Terminal, 'unicode'>,
): [string, string][] {
  const newest = deployments[0]?.definition;
  return deployments
    .filter(({ status, pending, running, stopping }) => isPrimary(status) || pending + running + stopping > 0)
    .map(({ status, definition, pending, running, healthy, stopping, failedTasks }) => {
      const primary = isPrimary(status);
      const name = [
        named && shortName(clean(service), terminal),
        shortDefinition(clean(definition), terminal),
        !primary && definition === newest && 'before',
      ];
      const facts = [
        `${running} running${primary && running > 0 ? ` (${healthy} healthy)` : ''}`,
        pending > 0 && `${pending} pending`,
        stopping > 0 && `${stopping} stopping`,
        primary && failedTasks > 0 && `${failedTasks} failed`,
        primary && unplaced > 0 && `${unplaced} without a place`,
      ];
      const text = facts.filter(Boolean).join(', ');
      return [name.filter(Boolean).join(' '), primary ? `${text} of ${wanted}` : text];
    });
}

const isPrimary = (status: string): boolean => status === 'PRIMARY';
