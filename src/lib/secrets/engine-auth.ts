import { SourceFault } from '../engine/secrets/sources.js';
import type { RegistryAuth } from '../hosts/docker-host.js';
import { authIn, type AuthEntries } from './registry-entries.js';

/**
 * What ECS_ENGINE_AUTH_DATA says of a registry: a variable of ECS's agent, in the form that ECS_ENGINE_AUTH_TYPE names
 * (`dockercfg`: addresses with `auth`; `docker`: with `username` and `password`). Pure. Throws SourceFault.
 */
export function engineAuth(data: string, registry: string): RegistryAuth | undefined {
  let entries: unknown;
  try {
    entries = JSON.parse(data);
  } catch {
    throw new SourceFault('ECS_ENGINE_AUTH_DATA is no JSON');
  }
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries))
    throw new SourceFault('ECS_ENGINE_AUTH_DATA is no JSON object');
  const { auths = entries } = entries as { auths?: object };
  return authIn(auths as AuthEntries, registry);
}
