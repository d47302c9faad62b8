import { linkTarget } from '../api/container-needs.js';
import type { ContainerCondition, ContainerDefinition } from '../api/types.js';

/** What is known of a container of a task that starts. */
export interface Progress {
  /** `never`: it won't be started, since what it depends on can't come true. */
  state: 'waiting' | 'up' | 'ended' | 'never';
  /** Of one that has ended; undefined where nobody knows it. */
  exitCode?: number | undefined;
  health?: 'starting' | 'healthy' | 'unhealthy' | undefined;
  /** Epoch milliseconds by the client's clock. */
  startedAt?: number | undefined;
}

/** What a container waits for. */
export interface Awaited {
  container: string;
  condition: ContainerCondition;
  /** HEALTHY is waited for, and the health check has failed; it may pass yet. */
  isUnhealthy?: true;
}

export type Step =
  | { kind: 'start' }
  /** Until then (epoch milliseconds; Infinity where no startTimeout is set) at most. */
  | { kind: 'wait'; for: Awaited[]; until: number }
  /** What it depends on can't come true any more; the reason is ECS's. */
  | { kind: 'never'; reason: string };

/**
 * What is to be done with a container that has not started, by what is known of the others. After ECS's agent
 * (dependencygraph/graph.go): START is fulfilled by one that has ended, too; `startTimeout` of the container that is
 * waited for counts from its start, for the other conditions only, and without it the wait has no end. Where the agent
 * waits for ever (a container that ended before it was HEALTHY), it is given up here. Pure.
 */
export function nextStep(
  container: ContainerDefinition,
  definitions: ReadonlyMap<string, ContainerDefinition>,
  progress: ReadonlyMap<string, Progress>,
  now: number,
): Step {
  const awaited: Awaited[] = [];
  let until = Infinity;
  for (const one of conditionsOf(container)) {
    const definition = definitions.get(one.container);
    const known = progress.get(one.container);
    if (!definition || !known) return hopeless(container, one.container, 'does not exist');
    const deadline = deadlineOf(one.condition, definition, known);
    const verdict = judge(one.condition, known, now > deadline);
    if (verdict === true) continue;
    if (verdict !== false) return hopeless(container, one.container, verdict);
    const isUnhealthy = one.condition === 'HEALTHY' && known.health === 'unhealthy';
    awaited.push({ ...one, ...(isUnhealthy && { isUnhealthy }) });
    until = Math.min(until, deadline);
  }
  return awaited.length === 0 ? { kind: 'start' } : { kind: 'wait', for: awaited, until };
}

/** A link is ECS's START. */
function conditionsOf({ links = [], dependsOn = [] }: ContainerDefinition): Awaited[] {
  return [
    ...links.map((link) => ({ container: linkTarget(link), condition: 'START' as const })),
    ...dependsOn.map(({ containerName = '', condition = 'START' }) => ({
      container: containerName,
      condition,
    })),
  ];
}

function deadlineOf(
  condition: ContainerCondition,
  { startTimeout = 0 }: ContainerDefinition,
  { startedAt }: Progress,
): number {
  if (condition === 'START' || startTimeout <= 0 || startedAt === undefined) return Infinity;
  return startedAt + startTimeout * 1000;
}

/** Whether the condition is fulfilled, or why it never will be. */
function judge(
  condition: ContainerCondition,
  { state, exitCode, health }: Progress,
  overdue: boolean,
): boolean | string {
  if (state === 'never') return 'will never start';
  if (state === 'waiting') return false;
  const ended = state === 'ended';
  if (condition === 'START') return true;
  if (condition === 'HEALTHY' && !ended && health === 'healthy') return true;
  if (condition === 'COMPLETE' && ended) return exitCode === undefined ? 'ended, nobody knows how' : true;
  if (condition === 'SUCCESS' && ended) return exitCode === 0 || `did not exit successfully${code(exitCode)}`;
  if (ended) return `ended before it was healthy${code(exitCode)}`;
  return overdue ? `has timed out: it was not ${goals[condition]} within its startTimeout` : false;
}

const goals = { START: 'started', COMPLETE: 'complete', SUCCESS: 'complete', HEALTHY: 'healthy' };

const code = (exitCode: number | undefined) => (exitCode === undefined ? '' : ` (exit code ${exitCode})`);

function hopeless({ name = '' }: ContainerDefinition, dependency: string, why: string): Step {
  const reason = `dependency graph: container ordering dependency [${dependency}] for target [${name}] ${why}`;
  return { kind: 'never', reason: `CannotStartContainerError: ${reason}` };
}
