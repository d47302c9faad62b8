import type { ContainerDefinition, TaskDefinition } from '../../api/types.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { taskDefinitionArn } from '../../api/arn.js';
import { EcsError, notYours } from '../../api/errors.js';
import { nearestName } from '../../api/nearest.js';
import { registrationOf } from '../../api/task-definition-document.js';
import { transact, valuesIn } from '../../store/transact.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { deactivate } from '../family-status.js';
import { keys } from '../keys.js';
import type { DefinitionRecord } from '../records.js';
import { wantedOf } from '../secrets/wanted.js';
import { registerTaskDefinition } from '../task-definitions.js';
import { findActiveService } from './service-records.js';
import { updateService } from './update-service.js';

/**
 * The everyday deployment: registers the next revision from the one that the service runs, with other images and environment,
 * and rolls the service to it. Where nothing differs, its tasks are started anew, and so it says: the tag of an image may have
 * moved, and no revision is registered that would be like the last. A circuit breaker guards it, though the service has none
 * of its own; a revision whose deployment is rolled back is deregistered. One that is made of a host's is given as little as that.
 * Errors: as RegisterTaskDefinition and UpdateService; ClientException where the definition came from a host and asks for secrets.
 */
export async function deployService(
  input: OperationInput<'DeployService'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DeployService'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const record = await findActiveService(valuesIn(ctx.store), cluster, input.service);
  const { family, revision } = record.revisions[record.service.deployments[0]?.id ?? ''] ?? {
    family: '',
    revision: 0,
  };
  const current = (await ctx.store.get<DefinitionRecord>(keys.definition(family, revision)))?.value;
  if (current === undefined)
    throw new EcsError(
      'ClientException',
      `The task definition ${family}:${revision} is gone.`,
      'Name another: longshore update-service --task-definition',
    );
  if (current.adopted && wantedOf(current.definition).length > 0) throw notYours(`${family}:${revision}`);
  const next = { ...changed(current.definition, input), family };
  const same = JSON.stringify(next) === JSON.stringify(current.definition);
  const registered = same
    ? undefined
    : await registerTaskDefinition(
        { ...registrationOf(next), ...(current.tags.length > 0 && { tags: current.tags }) },
        ctx,
        current,
      );
  const { revision: latest = revision } = registered?.taskDefinition ?? {};
  const { service } = await updateService(
    {
      cluster,
      service: record.service.name,
      taskDefinition: taskDefinitionArn(ctx.identity, family, latest),
      ...(same && { forceNewDeployment: true }),
      ...(input.failFast !== undefined && { failFast: input.failFast }),
      guarded: true,
      registered: !same,
    },
    ctx,
  ).catch(async (error: unknown) => {
    // Nobody who names the family alone is to get what was never deployed.
    if (!same) await transact(ctx.store, ctx, (draft) => deactivate(draft, family, latest, ctx.clock()));
    throw error;
  });
  if (same) {
    const message = `${record.service.name}: the same definition again (${family}:${revision}): its tasks are replaced`;
    ctx.emit({ type: 'note', message });
  }
  return {
    ...(registered?.taskDefinition && { taskDefinition: registered.taskDefinition }),
    ...(service && { service }),
  };
}

/** The definition with what was asked for. Throws InvalidParameterException. */
function changed(
  definition: TaskDefinition,
  { image = [], env = [] }: OperationInput<'DeployService'>,
): TaskDefinition & { containerDefinitions: ContainerDefinition[] } {
  let containers = definition.containerDefinitions ?? [];
  for (const text of image) containers = withImage(containers, text);
  for (const text of env) containers = withVariable(containers, text);
  return { ...definition, containerDefinitions: containers };
}

function withImage(containers: readonly ContainerDefinition[], text: string): ContainerDefinition[] {
  const [, name, image = text] = /^([a-zA-Z0-9_-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined && containers.length > 1)
    throw invalid(
      `--image ${text} names none of the ${containers.length} containers.`,
      `--image ${containers[0]?.name ?? 'web'}=${text}`,
    );
  if (name !== undefined) checkContainer(containers, name);
  return containers.map((one) => (name === undefined || one.name === name ? { ...one, image } : one));
}

function withVariable(containers: readonly ContainerDefinition[], text: string): ContainerDefinition[] {
  const match = /^(?:([a-zA-Z0-9_-]+):)?([^=:]+)=(.*)$/s.exec(text);
  if (!match)
    throw invalid(
      `--env ${text} is no NAME=VALUE.`,
      '--env LOG_LEVEL=debug, or --env web:LOG_LEVEL=debug for one container',
    );
  const [, container, name = '', value = ''] = match;
  if (container !== undefined) checkContainer(containers, container);
  return containers.map((one) => {
    if (container !== undefined && one.name !== container) return one;
    const known = one.environment ?? [];
    const environment = known.some((pair) => pair.name === name)
      ? known.map((pair) => (pair.name === name ? { name, value } : pair))
      : [...known, { name, value }];
    return { ...one, environment };
  });
}

function checkContainer(containers: readonly ContainerDefinition[], name: string): void {
  const names = containers.flatMap((one) => one.name ?? []);
  if (names.includes(name)) return;
  const like = nearestName(name, names);
  throw invalid(
    `The container ${name} does not exist in the task definition.`,
    like === undefined ? `It has ${names.join(', ')}` : `Did you mean ${like}? It has ${names.join(', ')}`,
  );
}

const invalid = (message: string, remedy: string) =>
  new EcsError('InvalidParameterException', message, remedy);
