import { checkAttributes } from '../api/attributes.js';
import { EcsError, tooLong, tooMany } from '../api/errors.js';
import { limits, type Limit } from '../api/limits.js';
import type { OperationInput, OperationName } from '../api/operations.js';
import { checkTags } from '../api/tags.js';
import type { Attribute, PlacementConstraint, Tag } from '../api/types.js';

type Checks<T = Limit> = { [O in OperationName]?: { [M in keyof OperationInput<O>]?: T } };

/** Most items of a list; see itemsOfOthers for those that aren't here. */
const items: Checks = {
  DescribeTasks: { tasks: limits.tasksPerDescribe },
  DescribeClusters: { clusters: limits.clustersPerDescribe },
  DescribeContainerInstances: { containerInstances: limits.instancesPerDescribe },
  DescribeServices: { services: limits.servicesPerDescribe },
  DescribeServiceDeployments: { serviceDeploymentArns: limits.deploymentsPerDescribe },
  DescribeServiceRevisions: { serviceRevisionArns: limits.revisionsPerDescribe },
  DescribeCapacityProviders: { capacityProviders: limits.capacityProvidersPerDescribe },
  UpdateTaskProtection: { tasks: limits.tasksPerProtection },
  GetTaskProtection: { tasks: limits.protectionsPerGet },
  WaitTasks: { tasks: limits.tasksPerWait },
  WaitServices: { services: limits.servicesPerWait, deployments: limits.servicesPerWait },
  CreateService: {
    placementConstraints: limits.placementConstraints,
    placementStrategy: limits.placementStrategies,
  },
  UpdateService: {
    placementConstraints: limits.placementConstraints,
    placementStrategy: limits.placementStrategies,
  },
  UpdateContainerInstancesState: { containerInstances: limits.instancesPerStateUpdate },
  DeleteTaskDefinitions: { taskDefinitions: limits.definitionsPerDelete },
  StartTask: { containerInstances: limits.instancesPerStart },
  RegisterContainerInstance: { attributes: limits.attributes },
  PutAttributes: { attributes: limits.attributesPerCall },
  DeleteAttributes: { attributes: limits.attributesPerCall },
  RunTask: {
    placementConstraints: limits.placementConstraints,
    placementStrategy: limits.placementStrategies,
  },
};

/** What is said of a host comes back in questions and messages: whose key is to be trusted, say. */
const plainTexts: { [O in OperationName]?: readonly string[] } = {
  RegisterContainerInstance: ['name', 'zone', 'identityFile', 'proxyJump', 'publishAddress'],
  Recover: ['name', 'identityFile', 'proxyJump'],
};

/** Most characters of a text. */
const characters: Checks = {
  RunTask: {
    startedBy: limits.startedByLength,
    clientToken: limits.clientTokenLength,
    group: limits.nameLength,
  },
  CreateService: { clientToken: limits.serviceTokenLength },
  StartTask: { startedBy: limits.startTaskStartedByLength, group: limits.nameLength },
  RegisterContainerInstance: { name: limits.nameLength, zone: limits.attributeLength },
};

/** What CreateService and UpdateService say alike; the grace period is as ECS's API model has it. */
const serviceRanges = {
  desiredCount: [0, limits.tasksPerRunTask.ours],
  healthCheckGracePeriodSeconds: [0, 2_147_483_647],
} as const;

/** Least and most of a number. */
const ranges: Checks<readonly [least: number, most: number]> = {
  RunTask: { count: [1, limits.tasksPerRunTask.ours] },
  CreateService: serviceRanges,
  UpdateService: serviceRanges,
};

/**
 * Holds an operation's input against ECS's limits as docs/limits.md has them; what a task definition may hold is
 * checked elsewhere. Throws InvalidParameterException.
 */
export function checkLimits<O extends OperationName>(operation: O, input: OperationInput<O>): void {
  const members = input as Record<string, unknown>;
  if (operation !== 'RegisterTaskDefinition') checkLists(operation, members);
  for (const [member, { ours }] of tableOf(characters, operation)) {
    const given = members[member] as string | undefined;
    if (given !== undefined && given.length > ours) throw tooLong(member, ours);
  }
  for (const [member, [least, most]] of tableOf(ranges, operation)) {
    const given = members[member] as number | undefined;
    if (given !== undefined && (given < least || given > most))
      throw new EcsError(
        'InvalidParameterException',
        `${member} must be from ${least} to ${most}, not ${given}.`,
      );
  }
  for (const member of plainTexts[operation] ?? []) {
    if (/\p{C}/u.test(String(members[member] ?? '')))
      throw new EcsError('InvalidParameterException', `${member} has control characters.`);
  }
  if (operation === 'RunTask' || operation === 'StartTask') checkRun(input as OperationInput<'RunTask'>);
  checkAttributes(members.attributes as Attribute[] | undefined);
  // A definition's are among all that is said of it at once.
  if (operation === 'RegisterTaskDefinition') return;
  checkExpressions(members.placementConstraints as PlacementConstraint[] | undefined);
  checkTags(members.tags as Tag[] | undefined);
}

/** What is asked of many is done in one go, in which others wait. */
function checkLists(operation: OperationName, members: Record<string, unknown>): void {
  const own = (items[operation] ?? {}) as Record<string, Limit>;
  for (const [member, given] of Object.entries(members)) {
    if (!Array.isArray(given)) continue;
    const { ours } = own[member] ?? limits.itemsOfOthers;
    if (given.length > ours) throw tooMany(member, given.length, ours);
  }
}

const tableOf = <T>(checks: Checks<T>, operation: OperationName) =>
  Object.entries((checks[operation] ?? {}) as Record<string, T>);

/** StartTask takes a part of what RunTask does. */
function checkRun({ overrides }: OperationInput<'RunTask'>): void {
  const room = limits.overridesLength.ours;
  if (overrides !== undefined && JSON.stringify(overrides).length > room) throw tooLong('overrides', room);
}

function checkExpressions(constraints: readonly PlacementConstraint[] = []): void {
  for (const { expression = '' } of constraints) {
    if (expression.length > limits.expressionLength.ours)
      throw tooLong("A placement constraint's expression", limits.expressionLength.ours);
  }
}
