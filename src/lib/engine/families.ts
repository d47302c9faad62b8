import type { OperationInput, OperationOutput } from '../api/operations.js';
import { sweepDeleted } from './delete-task-definitions.js';
import { keys } from './keys.js';
import { listPage } from './listing.js';
import type { EngineContext } from './context.js';
import type { FamilyRecord } from './records.js';

/**
 * Families by name; `familyPrefix` is the beginning of one here. ECS: ACTIVE ones have an ACTIVE revision, INACTIVE ones
 * have only others; a family without any revision left isn't listed.
 */
export async function listTaskDefinitionFamilies(
  input: OperationInput<'ListTaskDefinitionFamilies'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListTaskDefinitionFamilies'>> {
  await sweepDeleted(ctx);
  const wanted = input.status ?? 'ALL';
  const page = await listPage<FamilyRecord>(
    ctx,
    'ListTaskDefinitionFamilies',
    input,
    { prefix: keys.families(input.familyPrefix ?? '') },
    ({ status = 'ACTIVE' }) => status !== 'DELETED' && (wanted === 'ALL' || status === wanted),
  );
  return { families: page.values.map(({ family }) => family), ...page.next };
}
