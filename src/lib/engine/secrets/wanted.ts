import type { Secret, TaskDefinition } from '../../api/types.js';

/** What the containers of a task refer to, as its definition with its overrides says. */
export interface Wanted {
  container: string;
  secrets: Secret[];
  logOptions: Secret[];
  /** Values of environmentFiles, in order. */
  envFiles: string[];
  /** credentialsParameter of repositoryCredentials. */
  credentials: string | undefined;
}

/** Containers that refer to nothing are left out. Pure. */
export function wantedOf({ containerDefinitions = [] }: TaskDefinition): Wanted[] {
  return containerDefinitions
    .map(({ name = '', secrets = [], environmentFiles = [], logConfiguration, repositoryCredentials }) => ({
      container: name,
      secrets,
      logOptions: logConfiguration?.secretOptions ?? [],
      envFiles: environmentFiles.map(({ value = '' }) => value),
      credentials: repositoryCredentials?.credentialsParameter || undefined,
    }))
    .filter(
      ({ secrets, logOptions, envFiles, credentials }) =>
        secrets.length + logOptions.length + envFiles.length > 0 || credentials !== undefined,
    );
}
