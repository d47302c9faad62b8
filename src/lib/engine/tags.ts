import type { Tag } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import {
  cannotDescribeTaskDefinition,
  clusterInactive,
  clusterNotFound,
  EcsError,
  resourceNotFound,
  taskStopped,
} from '../api/errors.js';
import { resourceOf, type Resource } from '../api/resource-arn.js';
import { checkTagCount, mergeTags, withoutTags } from '../api/tags.js';
import type { Put } from '../store/store.js';
import { transact, type Draft } from '../store/transact.js';
import { findInstance } from './container-instances.js';
import { keys, putCluster, putDefinition, putInstance, putService, putTask } from './keys.js';
import { readTask } from './task-records.js';
import { resolveTask } from './tasks.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, DefinitionRecord, InstanceRecord, TaskRecord } from './records.js';
import type { ServiceRecord } from './services/records.js';

/**
 * Puts tags on a resource; those with other keys stay. Errors: InvalidParameterException, ClusterNotFoundException,
 * ResourceNotFoundException, ClientException (task definitions), LimitExceededException.
 */
export async function tagResource(
  input: OperationInput<'TagResource'>,
  ctx: EngineContext,
): Promise<OperationOutput<'TagResource'>> {
  await changeTags(ctx, input.resourceArn, (tags) => mergeTags(tags, input.tags));
  return {};
}

/** Takes tags off; keys that aren't there don't matter. Errors: as TagResource. */
export async function untagResource(
  input: OperationInput<'UntagResource'>,
  ctx: EngineContext,
): Promise<OperationOutput<'UntagResource'>> {
  await changeTags(ctx, input.resourceArn, (tags) => withoutTags(tags, input.tagKeys));
  return {};
}

/**
 * Of a stopped task, too, which ECS refuses: its record still has them. Errors: InvalidParameterException,
 * ClusterNotFoundException, ClientException (task definitions).
 */
export async function listTagsForResource(
  input: OperationInput<'ListTagsForResource'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListTagsForResource'>> {
  return { tags: await tagsOf(ctx, input.resourceArn).catch(asInvalid) };
}

async function tagsOf(ctx: EngineContext, resourceArn: string): Promise<Tag[]> {
  const resource = await resolved(ctx, resourceArn);
  const stopped = resource.kind === 'task' && (await readTask(ctx, resource.cluster, resource.id));
  if (stopped) return stopped.tags;
  const { tags } = await transact(ctx.store, ctx, (draft) => tagged(draft, resource));
  return tags;
}

/** ECS's model has no ResourceNotFoundException for what only lists. */
function asInvalid(error: unknown): never {
  if (error instanceof EcsError && error.code === 'ResourceNotFoundException')
    throw new EcsError('InvalidParameterException', error.message, error.remedy);
  throw error;
}

async function changeTags(
  ctx: EngineContext,
  resourceArn: string,
  change: (tags: readonly Tag[]) => Tag[],
): Promise<void> {
  const resource = await resolved(ctx, resourceArn);
  await transact(ctx.store, ctx, async (draft) => {
    const { tags, put } = await tagged(draft, resource);
    const changed = change(tags);
    checkTagCount(changed, 'LimitExceededException');
    draft.put(put(changed));
  });
}

/** With the whole id of a host or task that was named otherwise. */
async function resolved(ctx: EngineContext, resourceArn: string): Promise<Resource> {
  const resource = resourceOf(resourceArn);
  if (resource.kind === 'cluster' || resource.kind === 'task-definition') return resource;
  const { kind, cluster, id } = resource;
  if (kind === 'service') return resource;
  if (kind === 'task') return { ...resource, id: await resolveTask(ctx, cluster, id) };
  return { ...resource, id: (await findInstance(ctx, cluster, id))?.id ?? id };
}

interface Tagged {
  tags: Tag[];
  /** The resource's record with other tags. */
  put: (tags: Tag[]) => Put;
}

async function tagged(draft: Draft, resource: Resource): Promise<Tagged> {
  if (resource.kind === 'task-definition') return taggedDefinition(draft, resource);
  const { cluster: name } = resource;
  const cluster = await draft.get<ClusterRecord>(keys.cluster(name));
  if (cluster === undefined) throw clusterNotFound(name);
  if (cluster.status !== 'ACTIVE') throw clusterInactive(name);
  if (resource.kind === 'cluster') {
    return { tags: cluster.tags, put: (tags) => putCluster({ ...cluster, tags }) };
  }
  if (resource.kind === 'service') return taggedService(draft, name, resource.id);
  return resource.kind === 'task'
    ? taggedTask(draft, name, resource.id)
    : taggedInstance(draft, name, resource.id);
}

async function taggedService(draft: Draft, cluster: string, name: string): Promise<Tagged> {
  const record = await draft.get<ServiceRecord>(keys.service(cluster, name));
  if (record === undefined || record.service.status === 'INACTIVE') {
    const remedy = `longshore list-services --cluster ${cluster} shows those there are`;
    throw resourceNotFound(`service/${cluster}/${name}`, remedy);
  }
  return { tags: record.tags, put: (tags) => putService({ ...record, tags }) };
}

async function taggedDefinition(
  draft: Draft,
  { family, revision }: Resource & { kind: 'task-definition' },
): Promise<Tagged> {
  const record = await draft.get<DefinitionRecord>(keys.definition(family, revision));
  if (record === undefined) throw cannotDescribeTaskDefinition(`${family}:${revision}`);
  return { tags: record.tags, put: (tags) => putDefinition({ ...record, tags }) };
}

async function taggedInstance(draft: Draft, cluster: string, id: string): Promise<Tagged> {
  const record = await draft.get<InstanceRecord>(keys.instance(cluster, id));
  if (record === undefined) {
    const remedy = `longshore list-container-instances --cluster ${cluster} shows those there are`;
    throw resourceNotFound(`container-instance/${cluster}/${id}`, remedy);
  }
  return { tags: record.tags, put: (tags) => putInstance({ ...record, tags }) };
}

async function taggedTask(draft: Draft, cluster: string, id: string): Promise<Tagged> {
  const [live, past] = await draft.getMany<TaskRecord>([keys.task(cluster, id), keys.stopped(cluster, id)]);
  if (live !== undefined) return { tags: live.tags, put: (tags) => putTask({ ...live, tags }) };
  if (past !== undefined) throw taskStopped(id);
  const remedy = `longshore list-tasks --cluster ${cluster} shows those there are`;
  throw resourceNotFound(`task/${cluster}/${id}`, remedy);
}
