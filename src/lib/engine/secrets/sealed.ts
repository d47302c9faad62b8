import { EcsError } from '../../api/errors.js';
import type { EngineContext } from '../context.js';
import { SourceFault, type Sealed } from './sources.js';

/** Encrypts what the state is to keep; `what` is how a refusal begins: `The secret`. Throws EcsError ClientException. */
export async function sealed(
  ctx: Pick<EngineContext, 'secrets'>,
  value: Buffer,
  what: string,
): Promise<Sealed> {
  try {
    return await ctx.secrets.vault.seal(value);
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    throw new EcsError('ClientException', `${what} can't be kept: ${error.message}.`, error.remedy, {
      cause: error,
    });
  }
}
