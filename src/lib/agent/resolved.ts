import { isFile } from '../api/secret-files.js';
import type { ContainerDefinition, KeyValuePair } from '../api/types.js';
import type { RegistryAuth } from '../hosts/docker-host.js';

/**
 * What the client found for one container's references: values that travel beside the TaskSpec, and never stand in a
 * definition, a label or a record.
 */
export interface Resolved {
  /** Of environment files; `environment` of the definition goes before them. */
  files: readonly KeyValuePair[];
  secrets: readonly KeyValuePair[];
  /** secretOptions of the log driver. */
  logOptions: Readonly<Record<string, string>>;
  /** repositoryCredentials. */
  credentials?: RegistryAuth | undefined;
}

/** By the container's name; one that refers to nothing isn't there. */
export type ResolvedTask = ReadonlyMap<string, Resolved>;

/** All values that were found, but for those of environment files, which are no secrets by themselves. Pure. */
export const valuesIn = (task: ResolvedTask | undefined): string[] =>
  [...(task?.values() ?? [])].flatMap(({ secrets, logOptions, credentials }) => [
    ...secrets.map(({ value = '' }) => value),
    ...Object.values(logOptions),
    // A user's name is none.
    credentials !== undefined && 'password' in credentials ? credentials.password : '',
  ]);

/** The container's variables as Docker takes them, each once: secrets before environment before files, as in ECS, before `ours`. */
export function environmentOf(
  { environment = [] }: ContainerDefinition,
  resolved: Resolved | undefined,
  ours: readonly KeyValuePair[] = [],
): string[] {
  const pairs = [
    ...ours,
    ...(resolved?.files ?? []),
    ...environment,
    ...(resolved?.secrets ?? []).filter((secret) => !isFile(secret)),
  ];
  const values = new Map(pairs.map(({ name = '', value = '' }) => [name, value]));
  return [...values].map(([name, value]) => `${name}=${value}`);
}
