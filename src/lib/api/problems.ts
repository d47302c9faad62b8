import { EcsError, type EcsErrorCode } from './errors.js';
import { type Fault, tellFault } from './fault.js';

export type Problem = string | Fault | (() => string);

/** How many problems one message lists before it only counts the rest. */
const listed = 20;

/**
 * Throws one EcsError that names every problem; does nothing where there is none. Other clients of the API get the first
 * alone, as ECS tells it: `ecsText` where that is given, else without what we add for people. A function is a problem that
 * is worded only when listed.
 */
export function throwProblems(
  code: EcsErrorCode,
  subject: string,
  problems: readonly Problem[],
  ecsText?: string,
): void {
  const [first] = problems;
  if (first === undefined) return;
  const ecs = { ecsText: ecsText ?? (typeof first === 'object' ? first.text : worded(first)) };
  if (problems.length === 1) throw new EcsError(code, worded(first), undefined, ecs);
  const lines = problems.slice(0, listed).map((problem) => `\n- ${worded(problem)}`);
  const more = problems.length > listed ? `\n- and ${problems.length - listed} more` : '';
  throw new EcsError(
    code,
    `${subject} has ${problems.length} problems:${lines.join('')}${more}`,
    undefined,
    ecs,
  );
}

function worded(problem: Problem): string {
  if (typeof problem === 'function') return problem();
  return typeof problem === 'string' ? problem : tellFault(problem);
}
