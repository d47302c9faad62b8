import type { RegistryAuth } from '../../hosts/docker-host.js';
import { fullName } from '../push-image/image-name.js';
import type { EngineContext } from '../context.js';
import type { DefinitionRecord } from '../records.js';
import { SourceFault } from './sources.js';

/** What the user of this client has for an image's registry; asked once a registry, and only where something is pulled. */
export type RegistryCredentials = (image: string) => Promise<RegistryAuth | undefined>;

/** Of one operation. What can't be had is told in a warning, and images are pulled without. */
export function registryCredentials(
  ctx: EngineContext,
  { definition, adopted }: DefinitionRecord,
): RegistryCredentials {
  const known = new Map<string, Promise<RegistryAuth | undefined>>();
  const warn = (message: string) => ctx.emit({ type: 'warning', message });
  const ask = async (registry: string): Promise<RegistryAuth | undefined> => {
    try {
      const found = await ctx.secrets.registry(registry, ctx.signal);
      if (found === undefined || !adopted) return found;
      const name = `${definition.family}:${definition.revision}`;
      warn(
        `${name} came from a host: its images are pulled without your credentials of ${registry}; register it yourself`,
      );
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      warn(`images of ${registry} are pulled without credentials: ${error.message}`);
    }
    return undefined;
  };
  return (image) => {
    const registry = registryOf(image);
    const asked = known.get(registry) ?? ask(registry);
    known.set(registry, asked);
    return asked;
  };
}

/** `docker.io`, `ghcr.io`, `10.0.0.1:5000`. */
export const registryOf = (image: string): string => fullName(image).split('/', 1)[0] ?? '';
