import { engineWords, isRefusal } from './engine-words.js';
import type { StartOutcome } from './types.js';

/** Ends a start with an outcome other than `started`. Thrown and caught within startTask. */
export class Obstacle extends Error {
  constructor(readonly outcome: Exclude<StartOutcome, { kind: 'started' }>) {
    super(outcome.kind);
  }
}

/** The task fails to start; `reason` is the container's, as ECS words it (`CannotStartContainerError: …`). */
export function failure(container: string | undefined, reason: string): Obstacle {
  return new Obstacle({ kind: 'failed', container, reason });
}

/** An engine's refusal fails the task, in ECS's words; a host out of reach, or an abort, is not for the task to answer. */
export function asFailure(error: unknown, container: string, name: string): unknown {
  return isRefusal(error) ? failure(container, `${name}: ${engineWords(error)}`) : error;
}
