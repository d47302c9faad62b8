import type { OperationInput, OperationOutput } from '../api/operations.js';
import { exportState as dump, importState as load } from '../store/snapshot.js';
import type { EngineContext } from './context.js';

/** The whole state as one document. It holds environment values of overrides and definitions: keep it private. */
export async function exportState(
  _input: OperationInput<'ExportState'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ExportState'>> {
  return { state: (await dump(ctx.store)) as unknown as Record<string, unknown> };
}

/** All or nothing; a state that holds something is replaced only on demand. Throws StoreError. */
export async function importState(
  input: OperationInput<'ImportState'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ImportState'>> {
  const { written } = await load(ctx.store, input.state, { replace: input.replace ?? false });
  return { records: written };
}
