import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { EcsError } from '../../api/errors.js';
import { serviceNotIdempotent } from '../../api/service-errors.js';
import { checkTagCount } from '../../api/tags.js';
import { beginDeployment } from '../../services/rollout.js';
import type { Service } from '../../services/types.js';
import { transact, type Draft } from '../../store/transact.js';
import { checkPlacement } from '../checks.js';
import { isRemembered } from '../client-token.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { hashOfInput } from '../input-hash.js';
import { indexes, keys, putService, putTask } from '../keys.js';
import { capacityOf, chosenLaunch, type Launch } from '../launch.js';
import type { DefinitionRecord, InstanceRecord, TaskRecord } from '../records.js';
import type { ServiceRecord, ServiceTokenRecord } from './records.js';
import { refreshUnlessFresh } from '../refresh.js';
import { runnableDefinition } from '../task-definitions.js';
import { foreignTasks } from './foreign-tasks.js';
import { presentService } from './present-service.js';
import { lackOfRoom } from './room-for-all.js';
import {
  breakerOf,
  checkAgainstDefinition,
  checkServiceInput,
  checkServiceName,
  deploymentConfiguration,
  keptSettings,
  revisionSettings,
  warnOfKept,
} from './service-input.js';
import { deploymentNumber } from './service-records.js';

type Input = OperationInput<'CreateService'>;

/**
 * Records a service; who drives it (WaitServices, Reconcile) starts its tasks. The same call with the same client token
 * gives the service that is there, and so does one that takes over the tasks of another state's service. Errors: ClusterNotFoundException, ClientException, InvalidParameterException, UnsupportedFeatureException.
 */
export async function createService(
  input: Input,
  ctx: EngineContext,
): Promise<OperationOutput<'CreateService'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const { serviceName: name, schedulingStrategy: scheduling = 'REPLICA' } = input;
  checkServiceName(name);
  checkServiceInput(input, scheduling);
  checkPlacement(input);
  checkTagCount(input.tags ?? [], 'InvalidParameterException');
  if (input.taskDefinition === undefined)
    throw new EcsError(
      'InvalidParameterException',
      'TaskDefinition can not be blank.',
      'Name a family, or family:revision',
    );
  if (scheduling === 'REPLICA' && input.desiredCount === undefined)
    throw new EcsError(
      'InvalidParameterException',
      'DesiredCount is missing',
      'A service that is no DAEMON needs it: --desired-count 1',
    );
  const definition = await runnableDefinition(ctx, input.taskDefinition);
  checkAgainstDefinition(input, definition.definition);
  checkPlacement(definition.definition);
  // What a DAEMON is asked to run by is its launch type: ECS takes no strategy for it.
  const capacity = scheduling === 'DAEMON' ? {} : await capacityOf(ctx, cluster);
  const record = newService(ctx, cluster, input, definition, chosenLaunch(input, capacity));
  // What another state's service of this name has started shows on the hosts only.
  await refreshUnlessFresh(ctx, cluster);
  const { created, lack } = await transact(ctx.store, ctx, async (draft) => {
    const token = await draftToken(ctx, draft, cluster, input, record);
    const known = await draft.get<ServiceRecord>(keys.service(cluster, name));
    if (known !== undefined && known.service.status !== 'INACTIVE') {
      checkSame(known, record, input);
      if (input.takeOver) takeOver(draft, await foreignOf(draft, known));
      return { created: known };
    }
    const foreign = await foreignOf(draft, record);
    if (foreign.length > 0 && !input.takeOver)
      throw heldElsewhere(await hostNames(draft, cluster, foreign), name);
    takeOver(draft, foreign);
    const room = await lackOfRoom(ctx, draft, record, definition);
    draft.delete(keys.serviceEvents(cluster, name));
    draft.put(putService(record));
    token?.note();
    return { created: record, lack: room };
  });
  if (created === record) warnOfKept(ctx, input);
  if (lack !== undefined) ctx.emit({ type: 'warning', message: lack });
  return { service: await presentService(ctx, created, { tags: true }) };
}

function newService(
  ctx: EngineContext,
  cluster: string,
  input: Input,
  { definition: { family, revision } }: DefinitionRecord,
  { launchType, strategy }: Launch,
): ServiceRecord {
  const now = ctx.clock();
  const { clientToken: _token, takeOver: _takeOver, ...asked } = input;
  const scheduling = input.schedulingStrategy ?? 'REPLICA';
  const configuration = deploymentConfiguration(input.deploymentConfiguration, undefined, scheduling);
  const empty: Service = {
    name: input.serviceName,
    status: 'ACTIVE',
    scheduling,
    desiredCount: input.desiredCount ?? 0,
    minimumHealthyPercent: configuration.minimumHealthyPercent,
    maximumPercent: configuration.maximumPercent,
    healthCheckGracePeriod: 1000 * (input.healthCheckGracePeriodSeconds ?? 0),
    strategy: input.placementStrategy ?? [],
    deployments: [],
  };
  const number = deploymentNumber(ctx);
  const id = `ecs-svc/${number}`;
  const breaker = breakerOf(configuration, input);
  return {
    cluster,
    service: beginDeployment(empty, { id, ...(breaker && { breaker }) }, now),
    createdAt: now,
    revisions: {
      [id]: {
        id: number,
        family,
        revision,
        createdAt: now,
        launchType,
        settings: keptSettings(
          { ...revisionSettings(input), capacityProviderStrategy: strategy },
          launchType,
        ),
      },
    },
    tags: input.tags ?? [],
    ...(input.role !== undefined && { role: input.role }),
    propagateTags: input.propagateTags ?? 'NONE',
    enableECSManagedTags: input.enableECSManagedTags ?? false,
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? 'ENABLED',
    placementConstraints: input.placementConstraints ?? [],
    placementStrategy: input.placementStrategy ?? [],
    deploymentConfiguration: configuration,
    inputHash: hashOfInput({ ...asked, schedulingStrategy: scheduling }),
  };
}

/** A client token makes one service, once (ECS). Throws where it has made another. */
async function draftToken(
  ctx: EngineContext,
  draft: Draft,
  cluster: string,
  { clientToken }: Input,
  { service, inputHash }: ServiceRecord,
): Promise<{ note: () => void } | undefined> {
  if (clientToken === undefined) return undefined;
  const key = keys.serviceToken(cluster, clientToken);
  const before = await draft.get<ServiceTokenRecord>(key);
  if (before !== undefined && isRemembered(ctx, before) && before.inputHash !== inputHash)
    throw serviceNotIdempotent(service.name);
  const value: ServiceTokenRecord = { inputHash, at: ctx.clock() };
  return { note: () => draft.put({ key, value }) };
}

/**
 * Without a token a second call is refused, whatever it asks for (CloudWatch's guide for ECS shows it for the same command).
 * One that takes over is let through: two states that made a service at once have a record each.
 */
function checkSame(
  known: ServiceRecord,
  wanted: ServiceRecord,
  { clientToken, takeOver: takes = false }: Input,
): void {
  const { name, status } = known.service;
  if (status === 'DRAINING')
    throw new EcsError(
      'InvalidParameterException',
      'Unable to Start a service that is still Draining.',
      `longshore wait services-inactive --services ${name} waits until it is gone`,
    );
  const isSame = known.inputHash === wanted.inputHash;
  if (isSame && (takes || clientToken !== undefined)) return;
  const otherwise = `The service ${name} was created here with other settings: repeat those, or delete-service --force it here first`;
  throw serviceNotIdempotent(name, takes ? otherwise : undefined);
}

/** Two states that each keep a service of one name on the same hosts would each stop what the other starts. */
async function foreignOf(draft: Draft, record: ServiceRecord): Promise<TaskRecord[]> {
  const index = indexes.serviceTasks(record.cluster, record.service.name);
  const entries = await draft.peek<TaskRecord>({ index });
  return foreignTasks(
    draft,
    record,
    entries.map(({ value }) => value),
  );
}

/** From here on they are the service's own, of an earlier deployment: the next plans replace them. */
function takeOver(draft: Draft, foreign: readonly TaskRecord[]): void {
  for (const { adopted: _, ...task } of foreign) draft.put(putTask({ ...task, version: task.version + 1 }));
}

/** What is told of a service that another state keeps as well. */
export const heldElsewhere = (hosts: readonly string[], name: string) =>
  new EcsError(
    'InvalidParameterException',
    `Another state keeps a service ${name} on the same hosts: its tasks run on ${hosts.join(', ')}.`,
    `Use that state (--state), or give this service another name. Where that state is lost, create-service --take-over makes its tasks this service's; delete-service --force stops only tasks that its own state has started`,
  );

export async function hostNames(
  draft: Pick<Draft, 'peek'>,
  cluster: string,
  tasks: readonly TaskRecord[],
): Promise<string[]> {
  const entries = await draft.peek<InstanceRecord>({ prefix: keys.instances(cluster) });
  const ids = new Set(tasks.map(({ instance }) => instance));
  return entries.filter(({ value }) => ids.has(value.id)).map(({ value }) => value.name);
}
