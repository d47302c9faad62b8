import type { Secret, TaskDefinition } from '../../api/types.js';

/** What the containers of a task refer to, as its definition with its overrides says. */
export interface Wanted {
  container: string;
  secrets: Secret[];
  logOptions: Secret[];
  /** Values of environmentFiles, in order. */
  envFiles: string[];
}

/** Containers that refer to nothing are left out. Pure. */
export function wantedOf({ containerDefinitions = [] }: TaskDefinition): Wanted[] {
  return containerDefinitions
    .map(({ name = '', secrets = [], environmentFiles = [], logConfiguration }) => ({
      container: name,
      secrets,
      logOptions: logConfiguration?.secretOptions ?? [],
      envFiles: environmentFiles.map(({ value = '' }) => value),
    }))
    .filter(({ secrets, logOptions, envFiles }) => secrets.length + logOptions.length + envFiles.length > 0);
}
