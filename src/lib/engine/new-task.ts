import type { NetworkConfiguration, Tag } from '../api/types.js';
import type { OperationInput } from '../api/operations.js';
import { overridden } from '../api/overrides.js';
import { checkTagCount, mergeTags } from '../api/tags.js';
import { containerRecord } from './task-record.js';
import type { EngineContext } from './context.js';
import type { Unplaced, Wish } from './wish.js';

/** What RunTask and StartTask say alike of a task; overrides are prepared. */
export type TaskInput = Pick<
  OperationInput<'StartTask'>,
  | 'enableECSManagedTags'
  | 'enableExecuteCommand'
  | 'group'
  | 'overrides'
  | 'propagateTags'
  | 'startedBy'
  | 'tags'
> &
  Pick<OperationInput<'RunTask'>, 'launchType' | 'platformVersion'> & {
    /** By whose share it is started, where it is by a strategy. */
    capacityProvider?: string | undefined;
  };

/** A task as it is before it has a place. Throws InvalidParameterException where it would have too many tags. */
export function newTask(ctx: EngineContext, wish: Wish, input: TaskInput): Unplaced {
  const { definition, hash } = wish.definition;
  const overrides = input.overrides ?? {};
  const { cpu, memory } = overridden(definition, overrides);
  return {
    id: ctx.newId(),
    cluster: wish.cluster,
    family: definition.family,
    revision: definition.revision,
    definitionHash: hash,
    group: input.group ?? `family:${definition.family}`,
    ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
    launchType: input.launchType ?? 'EC2',
    ...(input.capacityProvider === undefined ? {} : { capacityProvider: input.capacityProvider }),
    ...(input.platformVersion === undefined ? {} : { platformVersion: input.platformVersion }),
    desiredStatus: 'RUNNING',
    lastStatus: 'PENDING',
    version: 1,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    overrides,
    tags: tagsOf(wish, input),
    ...(input.enableExecuteCommand === undefined ? {} : { enableExecuteCommand: input.enableExecuteCommand }),
    createdAt: ctx.clock(),
    ...(ctx.carryOn !== undefined && { answered: true as const }),
    containers: (definition.containerDefinitions ?? []).map((c) => containerRecord(c, overrides)),
  };
}

/** ECS: of two with the same key the caller's own wins. */
function tagsOf({ definition, cluster }: Wish, input: TaskInput): Tag[] {
  const propagated = input.propagateTags === 'TASK_DEFINITION' ? definition.tags : [];
  const managed = input.enableECSManagedTags ? [{ key: 'aws:ecs:clusterName', value: cluster }] : [];
  const tags = mergeTags(propagated, input.tags ?? [], managed);
  checkTagCount(tags, 'InvalidParameterException');
  return tags;
}

const AWS_ONLY = ['referenceId', 'volumeConfigurations'] as const;

/** Names the members given that do nothing here. */
export function warnOfAwsOnly(
  ctx: EngineContext,
  input: Partial<Pick<OperationInput<'RunTask'>, (typeof AWS_ONLY)[number] | 'networkConfiguration'>>,
): void {
  for (const member of AWS_ONLY.filter((name) => input[name] !== undefined))
    ctx.emit({ type: 'warning', message: `${member} only means something inside AWS and is left out` });
  warnOfNetwork(ctx, input.networkConfiguration);
}

/** The cluster's network gives a task its address; nobody here guards it as a security group would. */
function warnOfNetwork(ctx: EngineContext, configuration: NetworkConfiguration | undefined): void {
  const { subnets, securityGroups, assignPublicIp } = configuration?.awsvpcConfiguration ?? {};
  const left = [
    subnets?.length && 'subnets',
    securityGroups?.length && 'securityGroups',
    assignPublicIp === 'ENABLED' && 'assignPublicIp',
  ].filter(Boolean);
  if (configuration === undefined) return;
  const what = left.length > 0 ? `: ${left.join(', ')} ${left.length > 1 ? 'are' : 'is'} not enforced` : '';
  const message = `networkConfiguration means nothing here, where the cluster's network gives tasks their addresses${what}`;
  ctx.emit({ type: 'warning', message });
}
