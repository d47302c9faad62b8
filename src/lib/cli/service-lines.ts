import type { EngineEvent } from '../engine/events.js';
import { count } from '../api/count.js';
import { shortDefinition, shortName } from './short-names.js';
import { clean } from './terminal-text.js';
import type { Terminal } from './terminal.js';

export type ServiceProgress = Extract<EngineEvent, { type: 'service-progress' }>;

/** Services that are told of, the rest is counted: a reconciler keeps many. */
const MOST = 3;

/** How far services are that aren't steady: a line for each deployment that has tasks, the newest first. */
export function serviceLines(
  services: readonly ServiceProgress[],
  terminal: Pick<Terminal, 'unicode'>,
  now: number,
): string[] {
  const moving = services.filter(({ steady }) => !steady);
  const told = moving.slice(0, MOST);
  const rest = moving.length - told.length;
  const lines = told.flatMap((service) => deploymentLines(service, services.length > 1, terminal, now));
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  return [
    ...lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`),
    ...(rest > 0 ? [`and ${count(rest, 'more service')}`] : []),
  ];
}

/** Seconds: a wait that is shorter needs no explanation. */
const SOON = 3;

/** Off a terminal, where nothing moves: what is waited for when all tasks run; undefined: nothing, or not for long. */
export function settlingLine({ deployments, wanted }: ServiceProgress, now: number): string | undefined {
  const [{ running = 0, settledAt = 0 } = {}, ...others] = deployments;
  const inUse = others.some((one) => one.running + one.pending + one.stopping > 0);
  if (inUse || running !== wanted || secondsUntil(settledAt, now) <= SOON) return undefined;
  return `${running} of ${wanted} tasks run; without a health check they count as healthy when they have run for a while`;
}

const secondsUntil = (at: number, now: number): number => Math.ceil((at - now) / 1000);

/**
 * `web:4` and `7 running (5 healthy), 3 pending, 1 failed of 12`, or `12 running of 12; healthy in 32 s (no health check)`
 */
function deploymentLines(
  { service, wanted, deployments, unplaced }: ServiceProgress,
  named: boolean,
  terminal: Pick<Terminal, 'unicode'>,
  now: number,
): [string, string][] {
  const newest = deployments[0]?.definition;
  return deployments
    .filter(({ status, pending, running, stopping }) => isPrimary(status) || pending + running + stopping > 0)
    .map(({ status, definition, pending, running, healthy, checked, settledAt, stopping, failedTasks }) => {
      const primary = isPrimary(status);
      const name = [
        named && shortName(clean(service), terminal),
        shortDefinition(clean(definition), terminal),
        !primary && definition === newest && 'before',
      ];
      const facts = [
        `${running} running${primary && checked > 0 ? ` (${healthy} healthy)` : ''}`,
        pending > 0 && `${pending} pending`,
        stopping > 0 && `${stopping} stopping`,
        primary && failedTasks > 0 && `${failedTasks} failed`,
        primary && unplaced > 0 && `${unplaced} without a place`,
      ];
      const text = facts.filter(Boolean).join(', ');
      const wait = settledAt === undefined ? 0 : secondsUntil(settledAt, now);
      const settling = wait > 0 && pending === 0 ? `; healthy in ${wait} s (no health check)` : '';
      return [name.filter(Boolean).join(' '), primary ? `${text} of ${wanted}${settling}` : text];
    });
}

const isPrimary = (status: string): boolean => status === 'PRIMARY';
