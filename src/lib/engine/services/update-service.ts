import { isDeepStrictEqual } from 'node:util';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { checkUsableStrategy, filledStrategy } from '../../api/capacity-providers.js';
import { EcsError } from '../../api/errors.js';
import { checkPlatform } from '../../api/launch-rules.js';
import { beginDeployment } from '../../services/rollout.js';
import { transact } from '../../store/transact.js';
import { checkPlacement } from '../checks.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { keys } from '../keys.js';
import { capacityOf, launchTypeBy } from '../launch.js';
import type { DefinitionRecord } from '../records.js';
import type { RevisionRecord, ServiceRecord } from './records.js';
import { runnableDefinition } from '../task-definitions.js';
import { presentService } from './present-service.js';
import { lackOfRoom } from './room-for-all.js';
import { checkRoomToRoll } from './room-to-roll.js';
import {
  breakerOf,
  checkAgainstDefinition,
  checkServiceInput,
  deploymentConfiguration,
  keptSettings,
  revisionSettings,
  warnOfKept,
  type Safety,
} from './service-input.js';
import { deploymentNumber, findActiveService, saveService } from './service-records.js';

interface Origin {
  /** The definition's revision was registered for this update alone. */
  registered?: boolean;
}

type Input = OperationInput<'UpdateService'> & Safety & Origin;

/**
 * Changes a service; what decides how its tasks run begins a new deployment. Who drives it carries that out. Errors:
 * ClusterNotFoundException, ServiceNotFoundException, ServiceNotActiveException, ClientException,
 * InvalidParameterException (also where no task could be replaced within the percentages), UnsupportedFeatureException.
 */
export async function updateService(
  input: Input,
  ctx: EngineContext,
): Promise<OperationOutput<'UpdateService'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const asked =
    input.taskDefinition === undefined ? undefined : await runnableDefinition(ctx, input.taskDefinition);
  checkPlacement(input);
  if (asked !== undefined) checkPlacement(asked.definition);
  const { capacityProviders } = await capacityOf(ctx, cluster);
  const { record, lack } = await transact(ctx.store, { random: ctx.random, attempts: 200 }, async (draft) => {
    const before = await findActiveService(draft, cluster, input.service);
    checkServiceInput(input, before.service.scheduling);
    const current = revisionOf(before);
    const definition =
      asked ?? (await draft.get<DefinitionRecord>(keys.definition(current.family, current.revision)));
    const settings = keptSettings({ ...current.settings, ...revisionSettings(input) }, current.launchType);
    checkLaunchChange(current, settings, input, capacityProviders);
    if (definition !== undefined) checkAgainstDefinition(settings, definition.definition);
    const changed = { ...changedService(before, input), changedAt: ctx.clock() };
    const next = nextRevision(current, definition, settings, input);
    if (next === undefined) {
      const isMore = changed.service.desiredCount > before.service.desiredCount;
      const room = isMore && definition ? await lackOfRoom(ctx, draft, changed, definition) : undefined;
      saveService(draft, before, changed, ctx.clock());
      return { record: changed, lack: room };
    }
    const rolled = roll(ctx, changed, next, input);
    if (definition !== undefined) await checkRoomToRoll(ctx, draft, rolled, definition);
    saveService(draft, before, rolled, ctx.clock());
    return { record: rolled, lack: undefined };
  });
  warnOfKept(ctx, input);
  if (lack !== undefined) ctx.emit({ type: 'warning', message: lack });
  return { service: await presentService(ctx, record, { tags: true }) };
}

function revisionOf({ service, revisions }: ServiceRecord): RevisionRecord {
  const revision = revisions[service.deployments[0]?.id ?? ''];
  if (revision === undefined) throw new Error(`the service ${service.name} has no deployment`);
  return revision;
}

/** With what doesn't begin a deployment. An update ends the pause after failed starts (ECS: service throttle logic). */
function changedService(before: ServiceRecord, input: Input): ServiceRecord {
  const { service } = before;
  const configuration = deploymentConfiguration(
    input.deploymentConfiguration,
    before.deploymentConfiguration,
    service.scheduling,
  );
  const { setbacks: _, ...rest } = service;
  const strategy = input.placementStrategy ?? before.placementStrategy;
  const [primary, ...others] = rest.deployments;
  const breaker = breakerOf(configuration, input);
  const isUnderWay = primary?.rolloutState === 'IN_PROGRESS' && input.deploymentConfiguration !== undefined;
  const { breaker: _before, ...open } = primary ?? { breaker: undefined };
  return {
    ...before,
    service: {
      ...rest,
      desiredCount: input.desiredCount ?? service.desiredCount,
      minimumHealthyPercent: configuration.minimumHealthyPercent,
      maximumPercent: configuration.maximumPercent,
      healthCheckGracePeriod:
        input.healthCheckGracePeriodSeconds === undefined
          ? service.healthCheckGracePeriod
          : 1000 * input.healthCheckGracePeriodSeconds,
      strategy,
      ...(primary !== undefined &&
        isUnderWay && {
          deployments: [{ ...(open as typeof primary), ...(breaker && { breaker }) }, ...others],
        }),
    },
    ...(input.propagateTags !== undefined && { propagateTags: input.propagateTags }),
    ...(input.enableECSManagedTags !== undefined && { enableECSManagedTags: input.enableECSManagedTags }),
    ...(input.enableExecuteCommand !== undefined && { enableExecuteCommand: input.enableExecuteCommand }),
    ...(input.availabilityZoneRebalancing !== undefined && {
      availabilityZoneRebalancing: input.availabilityZoneRebalancing,
    }),
    placementConstraints: input.placementConstraints ?? before.placementConstraints,
    placementStrategy: strategy,
    deploymentConfiguration: configuration,
  };
}

/**
 * Throws InvalidParameterException for a strategy that the cluster can't follow or that changes while no new deployment is
 * forced, and for a platform where none is had. The texts are AWS's own.
 */
function checkLaunchChange(
  { launchType, settings: before }: RevisionRecord,
  { capacityProviderStrategy: strategy = [] }: RevisionRecord['settings'],
  { capacityProviderStrategy: given, platformVersion, forceNewDeployment = false }: Input,
  capacityProviders: readonly string[] | undefined,
): void {
  checkPlatform(platformVersion, launchTypeBy(strategy, launchType));
  if (given === undefined) return;
  if (strategy.length > 0) checkUsableStrategy(strategy, capacityProviders);
  const isSame = isDeepStrictEqual(strategy, filledStrategy(before.capacityProviderStrategy));
  if (isSame || forceNewDeployment) return;
  throw new EcsError(
    'InvalidParameterException',
    'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
    'Add --force-new-deployment',
  );
}

/** undefined: nothing that its tasks would have to be started anew for. */
function nextRevision(
  current: RevisionRecord,
  definition: DefinitionRecord | undefined,
  settings: RevisionRecord['settings'],
  { forceNewDeployment = false }: Input,
): Omit<RevisionRecord, 'id' | 'createdAt'> | undefined {
  const { family, revision, launchType } = current;
  const next = {
    family: definition?.definition.family ?? family,
    revision: definition?.definition.revision ?? revision,
    launchType,
    settings,
  };
  const before = { family, revision, launchType, settings: keptSettings(current.settings, launchType) };
  return isDeepStrictEqual(next, before) && !forceNewDeployment ? undefined : next;
}

function roll(
  ctx: EngineContext,
  record: ServiceRecord,
  next: Omit<RevisionRecord, 'id' | 'createdAt'>,
  { registered = false, ...safety }: Safety & Origin,
): ServiceRecord {
  const now = ctx.clock();
  const number = deploymentNumber(ctx);
  const id = `ecs-svc/${number}`;
  const breaker = breakerOf(record.deploymentConfiguration, safety);
  return {
    ...record,
    service: beginDeployment(record.service, { id, ...(breaker && { breaker }) }, now),
    revisions: {
      ...record.revisions,
      [id]: { ...next, id: number, createdAt: now, ...(registered && { registered }) },
    },
  };
}
