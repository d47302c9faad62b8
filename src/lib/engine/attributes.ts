import type { Attribute } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { containerInstanceArn } from '../api/arn.js';
import { checkOwnAttributes } from '../api/attributes.js';
import { attributeLimit, EcsError, targetNotFound } from '../api/errors.js';
import { limits } from '../api/limits.js';
import { decodeToken, encodeToken, pageSize } from '../api/pagination.js';
import { transact } from '../store/transact.js';
import { activeCluster } from './clusters.js';
import { findInstance } from './container-instances.js';
import { keys, putInstance } from './keys.js';
import type { EngineContext } from './context.js';
import type { InstanceRecord } from './records.js';

/**
 * Puts attributes on hosts, all or none; placement knows them from now on. Errors: ClusterNotFoundException,
 * InvalidParameterException, TargetNotFoundException, AttributeLimitExceededException.
 */
export async function putAttributes(
  input: OperationInput<'PutAttributes'>,
  ctx: EngineContext,
): Promise<OperationOutput<'PutAttributes'>> {
  return changeAttributes(ctx, input, (record, { name, value }) => {
    const affected = value === undefined ? { name } : { name, value };
    const put = (list: readonly Attribute[]) => [...without(list, name), affected];
    return {
      record: { ...record, attributes: put(record.attributes), custom: put(record.custom) },
      affected,
    };
  });
}

/**
 * Takes attributes off hosts, all or none; those that aren't there don't matter. Errors: ClusterNotFoundException,
 * InvalidParameterException, TargetNotFoundException.
 */
export async function deleteAttributes(
  input: OperationInput<'DeleteAttributes'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeleteAttributes'>> {
  return changeAttributes(ctx, input, (record, { name }) => {
    const affected = record.attributes.find((attribute) => attribute.name === name);
    const attributes = without(record.attributes, name);
    return { record: { ...record, attributes, custom: without(record.custom, name) }, affected };
  });
}

const without = (attributes: readonly Attribute[], name: string | undefined): Attribute[] =>
  attributes.filter((attribute) => attribute.name !== name);

interface Changed {
  record: InstanceRecord;
  /** The attribute that was put or taken off, where there was one. */
  affected: Attribute | undefined;
}

/** Answers with the attributes that were changed, in ECS's form: the target by its ARN. */
async function changeAttributes(
  ctx: EngineContext,
  input: OperationInput<'PutAttributes'>,
  change: (record: InstanceRecord, attribute: Attribute) => Changed,
): Promise<{ attributes: Attribute[] }> {
  const cluster = await activeCluster(ctx, input.cluster);
  checkOwnAttributes(input.attributes);
  const targets = await Promise.all(input.attributes.map((attribute) => targetOf(ctx, cluster, attribute)));
  return transact(ctx.store, ctx, async (draft) => {
    const attributes: Attribute[] = [];
    for (const [i, attribute] of input.attributes.entries()) {
      const before = await draft.get<InstanceRecord>(keys.instance(cluster, targets[i] ?? ''));
      if (before === undefined) throw targetNotFound(attribute.targetId ?? '');
      const { record, affected } = change(before, attribute);
      if (record.custom.length > limits.attributes.ours) throw attributeLimit(record.name);
      draft.put(putInstance(record));
      if (affected !== undefined) attributes.push(presentAttribute(ctx, record, affected));
    }
    return { attributes };
  });
}

/** The id of the instance that an attribute is about. */
async function targetOf(ctx: EngineContext, cluster: string, { name, targetId }: Attribute): Promise<string> {
  if (targetId === undefined) {
    const remedy = `Name its host: name=${name},targetId=HOST`;
    throw new EcsError('InvalidParameterException', `The attribute ${name} has no targetId.`, remedy);
  }
  const instance = await findInstance(ctx, cluster, targetId);
  if (instance === undefined) throw targetNotFound(targetId);
  return instance.id;
}

/**
 * Attributes of a cluster's hosts, built-in ones too, by host and name. Errors: ClusterNotFoundException,
 * InvalidParameterException.
 */
export async function listAttributes(
  input: OperationInput<'ListAttributes'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListAttributes'>> {
  const { attributeName, attributeValue, nextToken } = input;
  if (attributeValue !== undefined && attributeName === undefined) {
    throw new EcsError('InvalidParameterException', 'attributeValue is given without attributeName.');
  }
  const cluster = await activeCluster(ctx, input.cluster);
  const limit = pageSize('ListAttributes', input.maxResults);
  const after = nextToken === undefined ? '' : decodeToken('ListAttributes', nextToken);
  const found: { key: string; attribute: Attribute }[] = [];
  for await (const record of instancesFrom(ctx, cluster, after.split('/', 1)[0] ?? '')) {
    for (const attribute of record.attributes) {
      const key = `${record.id}/${attribute.name}`;
      const matches =
        (attributeName === undefined || attribute.name === attributeName) &&
        (attributeValue === undefined || attribute.value === attributeValue);
      if (matches && key > after) found.push({ key, attribute: presentAttribute(ctx, record, attribute) });
    }
    if (found.length > limit) break;
  }
  const page = found.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  const last = page.at(-1);
  return {
    attributes: page.map(({ attribute }) => attribute),
    ...(found.length > limit && last ? { nextToken: encodeToken('ListAttributes', last.key) } : {}),
  };
}

/** The cluster's instances in the order of their ids, from this one on. */
async function* instancesFrom(
  ctx: EngineContext,
  cluster: string,
  first: string,
): AsyncGenerator<InstanceRecord> {
  const begin = first === '' ? undefined : await ctx.store.get<InstanceRecord>(keys.instance(cluster, first));
  if (begin !== undefined) yield begin.value;
  const limit = 20;
  let after = keys.instance(cluster, first);
  for (;;) {
    const some = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster), after, limit });
    yield* some.map((entry) => entry.value);
    after = some.at(-1)?.key ?? after;
    if (some.length < limit) return;
  }
}

function presentAttribute(
  ctx: EngineContext,
  { cluster, id }: InstanceRecord,
  attribute: Attribute,
): Attribute {
  const { name, value } = attribute;
  const targetId = containerInstanceArn(ctx.identity, cluster, id);
  return value === undefined ? { name, targetId } : { name, targetId, value };
}
