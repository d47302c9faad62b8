import { createHash } from 'node:crypto';
import type { TaskDefinition } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { exactRevision, familyRevision, taskDefinitionArn } from '../api/arn.js';
import {
  cannotDescribeTaskDefinition,
  clusterWithoutDryRun,
  taskDefinitionInactive,
  taskDefinitionNotFound,
} from '../api/errors.js';
import { prepareTaskDefinition } from '../api/task-definition.js';
import { transact } from '../store/transact.js';
import { checkPlacement } from './checks.js';
import { sweepDeleted } from './delete-task-definitions.js';
import { dryRegistration } from './dry-registration.js';
import { deactivate } from './family-status.js';
import { indexes, keys, putDefinition } from './keys.js';
import { listPage } from './listing.js';
import { presentDefinition } from './present-definition.js';
import type { EngineContext } from './context.js';
import type { DefinitionRecord, FamilyRecord } from './records.js';

/**
 * Registers the next revision of a family; revisions only rise. What isn't honoured is refused by name, what only
 * means something inside AWS is named in a warning. With `dryRun` nothing is registered. `adopted`: it was made of one
 * that came from a host, which whoever asked need not have read.
 * Errors: ClientException, InvalidParameterException, ClusterNotFoundException.
 */
export async function registerTaskDefinition(
  { dryRun = false, cluster, ...input }: OperationInput<'RegisterTaskDefinition'>,
  ctx: EngineContext,
  { adopted }: Pick<DefinitionRecord, 'adopted'> = {},
): Promise<OperationOutput<'RegisterTaskDefinition'>> {
  if (cluster !== undefined && !dryRun) throw clusterWithoutDryRun();
  const { definition, warnings } = prepareTaskDefinition(input);
  checkPlacement(input);
  for (const message of warnings) ctx.emit({ type: 'warning', message });
  const { family } = definition;
  const tags = input.tags ?? [];
  if (dryRun) {
    const latest = (await ctx.store.get<FamilyRecord>(keys.family(family)))?.value.latest ?? 0;
    const next = { ...definition, revision: latest + 1 };
    return dryRegistration(ctx, { cluster, tags }, { definition: next, hash: definitionHash(next), tags });
  }
  const record = await transact(ctx.store, ctx, async (draft) => {
    const key = keys.family(family);
    const latest = (await draft.get<FamilyRecord>(key))?.latest ?? 0;
    const revision = latest + 1;
    const value: FamilyRecord = { family, latest: revision, status: 'ACTIVE' };
    draft.put({ key, value });
    const next: DefinitionRecord = {
      definition: {
        ...definition,
        revision,
        status: 'ACTIVE',
        registeredAt: ctx.clock() as unknown as Date,
        registeredBy: `arn:aws:iam::${ctx.identity.account}:root`,
      },
      hash: definitionHash({ ...definition, revision }),
      tags,
      ...(adopted && { adopted }),
    };
    draft.put(putDefinition(next));
    return next;
  });
  return { taskDefinition: presentDefinition(ctx, record), ...(tags.length > 0 ? { tags } : {}) };
}

/** The revision is named or it is an error. A deregistered revision goes on existing; deregistering again changes nothing. */
export async function deregisterTaskDefinition(
  input: OperationInput<'DeregisterTaskDefinition'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeregisterTaskDefinition'>> {
  const { family, revision } = exactRevision(input.taskDefinition);
  const record = await transact(ctx.store, ctx, async (draft) => {
    const known = await draft.get<DefinitionRecord>(keys.definition(family, revision));
    if (known === undefined) throw cannotDescribeTaskDefinition(input.taskDefinition);
    return (await deactivate(draft, family, revision, ctx.clock())) ?? known;
  });
  return { taskDefinition: presentDefinition(ctx, record) };
}

export async function describeTaskDefinition(
  input: OperationInput<'DescribeTaskDefinition'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeTaskDefinition'>> {
  const find = () => findDefinition(ctx, input.taskDefinition);
  let record = await find();
  if (record?.definition.status === 'DELETE_IN_PROGRESS') {
    await sweepDeleted(ctx);
    record = await find();
  }
  if (record === undefined) throw cannotDescribeTaskDefinition(input.taskDefinition);
  return {
    taskDefinition: presentDefinition(ctx, record),
    tags: input.include?.includes('TAGS') ? record.tags : [],
  };
}

/** `familyPrefix` is the full family name here (ECS's model says so); ACTIVE ones unless `status` says otherwise. */
export async function listTaskDefinitions(
  input: OperationInput<'ListTaskDefinitions'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListTaskDefinitions'>> {
  const status = input.status ?? 'ACTIVE';
  if (status === 'DELETE_IN_PROGRESS') await sweepDeleted(ctx);
  const page = await listPage<DefinitionRecord>(ctx, 'ListTaskDefinitions', input, {
    index:
      input.familyPrefix === undefined
        ? indexes.definitionStatus(status)
        : indexes.familyStatus(input.familyPrefix, status),
    reverse: input.sort === 'DESC',
  });
  return {
    taskDefinitionArns: page.values.map(({ definition: d }) =>
      taskDefinitionArn(ctx.identity, d.family, d.revision),
    ),
    ...page.next,
  };
}

/** The definition that tasks are to run from. Errors: ClientException, InvalidParameterException (INACTIVE). */
export async function runnableDefinition(ctx: EngineContext, reference: string): Promise<DefinitionRecord> {
  const record = await findDefinition(ctx, reference);
  if (record === undefined) throw taskDefinitionNotFound(reference);
  if (record.definition.status !== 'ACTIVE') throw taskDefinitionInactive(reference);
  return record;
}

/** A revision, or the latest ACTIVE one of a family. */
async function findDefinition(ctx: EngineContext, reference: string): Promise<DefinitionRecord | undefined> {
  const { family, revision } = familyRevision(reference);
  if (revision !== undefined)
    return (await ctx.store.get<DefinitionRecord>(keys.definition(family, revision)))?.value;
  const [latest] = await ctx.store.list<DefinitionRecord>({
    index: indexes.familyStatus(family, 'ACTIVE'),
    reverse: true,
    limit: 1,
  });
  return latest?.value;
}

/**
 * What decides how its containers run, without what may be secret (values of the environment, options of log drivers):
 * the hash stands in labels, and who knows the rest could try values against it. Family and revision tell apart
 * definitions that differ only there.
 */
function definitionHash(definition: TaskDefinition): string {
  const containerDefinitions = definition.containerDefinitions?.map((part) => ({
    ...part,
    environment: part.environment?.map(({ name }) => ({ name })),
    logConfiguration: part.logConfiguration && { ...part.logConfiguration, options: undefined },
  }));
  const open = JSON.stringify({ ...definition, containerDefinitions });
  return createHash('sha256').update(open).digest('hex');
}
