import type { Failure, TaskDefinition } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { exactRevision, taskDefinitionArn, type FamilyRevision } from '../api/arn.js';
import { EcsError, emptyList } from '../api/errors.js';
import { transact, type Draft } from '../store/transact.js';
import { saveFamily } from './family-status.js';
import { indexes, keys, putDefinition } from './keys.js';
import { presentDefinition } from './present-definition.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, DefinitionRecord, FamilyRecord, TaskRecord } from './records.js';
import type { ServiceRecord } from './services/records.js';

type Revision = Required<FamilyRevision>;

/** Why a revision isn't deleted; the texts are AWS's own. */
const reasons = {
  active:
    'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
  invalid: 'The specified task definition identifier is invalid. Specify a valid name or ARN and try again.',
  missing:
    'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
} as const;

/**
 * Deletes deregistered revisions: DELETE_IN_PROGRESS, and gone once nothing runs of them any more and no service keeps them
 * (as in ECS, whose services go on with a deleted revision). The others come back as failures. The family's next revision is numbered on. Errors: InvalidParameterException.
 */
export async function deleteTaskDefinitions(
  input: OperationInput<'DeleteTaskDefinitions'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeleteTaskDefinitions'>> {
  if (input.taskDefinitions.length === 0) throw emptyList('Task Definitions');
  const answer = await transact(ctx.store, ctx, async (draft) => {
    const taskDefinitions: TaskDefinition[] = [];
    const failures: Failure[] = [];
    for (const text of input.taskDefinitions) {
      const marked = await markDeleted(draft, text, ctx);
      if ('definition' in marked) taskDefinitions.push(presentDefinition(ctx, marked));
      else failures.push(marked);
    }
    return { taskDefinitions, failures };
  });
  await sweepDeleted(ctx);
  return answer;
}

async function markDeleted(
  draft: Draft,
  text: string,
  ctx: EngineContext,
): Promise<DefinitionRecord | Failure> {
  const revision = revisionIn(text);
  if (revision === undefined) return { arn: text, reason: reasons.invalid };
  const { family, revision: number } = revision;
  const fail = (reason: string): Failure => ({
    arn: taskDefinitionArn(ctx.identity, family, number),
    reason,
  });
  const record = await draft.get<DefinitionRecord>(keys.definition(family, number));
  if (record === undefined) return fail(reasons.missing);
  if (record.definition.status === 'ACTIVE') return fail(reasons.active);
  if (record.definition.status === 'DELETE_IN_PROGRESS') return record;
  const deleteRequestedAt = ctx.clock() as unknown as Date;
  const marked: DefinitionRecord = {
    ...record,
    definition: { ...record.definition, status: 'DELETE_IN_PROGRESS', deleteRequestedAt },
  };
  draft.put(putDefinition(marked));
  return marked;
}

function revisionIn(text: string): Revision | undefined {
  try {
    return exactRevision(text);
  } catch (error) {
    if (error instanceof EcsError) return undefined;
    throw error;
  }
}

/** Removes the deleted revisions of which nothing runs any more and that no service keeps. Costs one look at an index where there are none. */
export async function sweepDeleted(ctx: EngineContext): Promise<void> {
  const deleted = await ctx.store.list<DefinitionRecord>({
    index: indexes.definitionStatus('DELETE_IN_PROGRESS'),
  });
  for (const { value } of deleted) {
    if (!(await isInUse(ctx, value.definition))) await remove(ctx, value.definition);
  }
}

async function isInUse(ctx: EngineContext, { family, revision }: Revision): Promise<boolean> {
  const clusters = await ctx.store.list<ClusterRecord>({ prefix: keys.clusters });
  for (const { name } of clusters.map((entry) => entry.value)) {
    const lists = await Promise.all([
      ctx.store.list<TaskRecord>({
        index: indexes.tasks(name, 'RUNNING', { what: 'family', value: family }),
      }),
      ctx.store.list<TaskRecord>({ index: indexes.tasksByLastStatus(name, 'STOPPING') }),
    ]);
    if (lists.flat().some(({ value }) => value.family === family && value.revision === revision)) return true;
    const services = await ctx.store.list<ServiceRecord>({ prefix: keys.services(name) });
    if (services.some(({ value }) => keeps(value, { family, revision }))) return true;
  }
  return false;
}

/** Tasks that end are started anew, and a failed deployment goes back to an earlier one. */
const keeps = ({ service, revisions }: ServiceRecord, { family, revision }: Revision): boolean =>
  service.status !== 'INACTIVE' &&
  Object.values(revisions).some((one) => one.family === family && one.revision === revision);

async function remove(ctx: EngineContext, { family, revision }: Revision): Promise<void> {
  await transact(ctx.store, ctx, async (draft) => {
    const key = keys.definition(family, revision);
    const [record, known] = await draft.getMany<DefinitionRecord | FamilyRecord>([key, keys.family(family)]);
    if (record === undefined) return;
    draft.delete(key);
    if (known !== undefined) await saveFamily(draft, known as FamilyRecord, new Map([[revision, undefined]]));
  });
}
