import type { Breaker, EndedTask, PlanSettings, ServiceHost, Setbacks } from './types.js';

/** What ECS keeps the threshold of a percentage within. */
const FEWEST = 3;
const MOST = 200;

/** ECS's own: half of what is wanted, within bounds. */
export const defaultThreshold: Breaker['threshold'] = { type: 'BOUNDED_PERCENT', value: 50 };

/**
 * Of a deployment that is gone back to: it has nothing to go back to itself. It was known to work, so one failed task is not
 * enough, whatever the deployment that failed was judged by.
 */
export const breakerOfRollback = (breaker: Breaker): Breaker => ({
  ...breaker,
  threshold:
    breaker.threshold.type === 'COUNT' && breaker.threshold.value < FEWEST
      ? defaultThreshold
      : breaker.threshold,
  rollback: false,
});

/** How many failed tasks in a row trip the breaker (API model, ServiceDeploymentCircuitBreaker). */
export function thresholdOf(
  { threshold: { type, value } }: Pick<Breaker, 'threshold'>,
  wanted: number,
): number {
  if (type === 'COUNT') return Math.max(1, value);
  const share = Math.ceil((wanted * value) / 100);
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(MOST, Math.max(FEWEST, share));
}

/**
 * It did not start, or ended before it could count as healthy. ECS counts what does not reach RUNNING whatever the reason;
 * here one whose host was away meanwhile says nothing of the deployment. `host`: what it was on, if that is still there.
 */
export function isFailure(
  { cause, createdAt, startedAt, stoppedAt }: EndedTask,
  host: ServiceHost | undefined,
  { healthyAfter }: Pick<PlanSettings, 'healthyAfter'>,
): boolean {
  if (cause === 'asked') return false;
  if (cause === 'start' && (host?.thereSince ?? Infinity) > createdAt) return false;
  return startedAt === undefined || stoppedAt - startedAt < healthyAfter;
}

/** ECS's longest pause between starts that fail. */
const LONGEST = 15 * 60_000;
/** Of tasks that start and end soon: ECS doesn't throttle those, but neither does it start them as fast as we could. */
const LONGEST_AFTER_START = 30_000;
/** Rounds after which those are paused for longest: more of them would make a start that fails later wait for long. */
const ENOUGH = 7;
/** Rounds from which the service is told of. */
export const ROUNDS_TOLD = 3;

/**
 * One round of starts more that failed: the first pause is short, each next twice as long (ECS: service throttle logic).
 * What fails within a pause was started before it: that round has been counted.
 */
export function setBack(before: Setbacks | undefined, failed: readonly EndedTask[], now: number): Setbacks {
  if (before !== undefined && now < before.until) return before;
  const past = before?.rounds ?? 0;
  const neverRan = failed.some(({ startedAt }) => startedAt === undefined);
  const rounds = neverRan ? past + 1 : Math.max(past, Math.min(ENOUGH, past + 1));
  const pause = neverRan
    ? Math.min(LONGEST, 1000 * 2 ** (rounds - 1))
    : Math.min(LONGEST_AFTER_START, rounds === 1 ? 0 : 1000 * 2 ** (rounds - 2));
  return { rounds, until: now + pause };
}
