import type { ContainerDefinition } from '../api/types.js';

/** What log drivers are told where a definition's options say nothing; Docker's own defaults where this doesn't either. */
export interface LogDefaults {
  /** `blocking` or `non-blocking` */
  mode?: string;
  /** Of the drivers that write files: how large one grows, in Docker's words such as `20m`, and how many there are. */
  maxSize?: string;
  maxFiles?: number;
}

/** The drivers whose files Docker rotates. */
const rotated = ['json-file', 'local'];

/**
 * The log of one container. json-file where the definition names no driver, as the ECS agent's engines have it. awslogs
 * is AWS's: the log stays on the host, in Docker's `local` driver, and of its options those hold that are the engine's
 * own. `secretOptions`: values of the definition's, by their names. Pure.
 */
export function logConfig(
  { logConfiguration: asked }: ContainerDefinition,
  { mode, maxSize, maxFiles }: LogDefaults,
  secretOptions: Record<string, string> = {},
): { Type: string; Config: Record<string, string> } {
  const isCloudWatch = asked?.logDriver === 'awslogs';
  const driver: string = isCloudWatch ? 'local' : asked?.logDriver || 'json-file';
  const options = isCloudWatch ? enginesOwn(asked?.options) : asked?.options;
  return {
    Type: driver,
    Config: {
      ...(mode !== undefined && asked?.logDriver && driver !== 'none' && { mode }),
      ...(maxSize !== undefined && rotated.includes(driver) && { 'max-size': maxSize }),
      ...(maxFiles !== undefined && rotated.includes(driver) && { 'max-file': String(maxFiles) }),
      ...options,
      ...(!isCloudWatch && secretOptions),
    },
  };
}

function enginesOwn(options: Record<string, string> = {}): Record<string, string> {
  const names = ['mode', 'max-buffer-size'];
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}
