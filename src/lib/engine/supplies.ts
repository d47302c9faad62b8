import { createPuller, type Puller } from '../agent/pull.js';
import type { ResolvedTask } from '../agent/resolved.js';
import type { TaskOverride } from '../api/types.js';
import { registryCredentials, type RegistryCredentials } from './secrets/registries.js';
import { resolveOnce } from './secrets/resolve.js';
import type { Wish } from './wish.js';
import type { EngineContext } from './context.js';
import type { DefinitionRecord } from './records.js';

/** What the client hands to the tasks of one operation, on whichever hosts they start. */
export interface Supplies {
  /** The values that the definition refers to. Throws Unresolved, or the signal's reason. */
  resolve: () => Promise<ResolvedTask>;
  credentials: RegistryCredentials;
  puller: Puller;
}

/** Of tasks that are to be started, not only placed. */
export type SuppliedWish = Wish & { supplies: Supplies };

/** `agreed`: digests that tags stand for already, by the images' names. Errors: ClientException, as resolveOnce. */
export function suppliesOf(
  ctx: EngineContext,
  record: DefinitionRecord,
  overrides: TaskOverride,
  agreed?: ReadonlyMap<string, string>,
): Supplies {
  const short = (digest: string) => digest.slice(0, 19);
  return {
    resolve: resolveOnce(ctx, record, overrides),
    credentials: registryCredentials(ctx, record),
    puller: createPuller(
      ctx.clock,
      ({ image, one, other }) => {
        const message = `${one.host} runs another ${image} (${short(one.digest)}) than ${other.host} (${short(other.digest)})`;
        ctx.emit({ type: 'warning', message });
      },
      agreed,
    ),
  };
}
