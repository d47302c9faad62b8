import type { OperationInput, OperationOutput } from '../api/operations.js';
import { containerInstanceArn, instanceId } from '../api/arn.js';
import { emptyList } from '../api/errors.js';
import { checkGroup, checkLaunch } from '../api/launch-rules.js';
import { prepareOverrides } from '../api/overrides.js';
import { activeCluster } from './clusters.js';
import { findInstance } from './container-instances.js';
import { newTask, warnOfAwsOnly } from './new-task.js';
import { Placing } from './placing.js';
import { settleBeside, type Settling } from './settling.js';
import { warnOfDataElsewhere } from './shared-volumes.js';
import type { Started } from './start.js';
import { answerOf, placeAndStart, together } from './start-placed.js';
import { suppliesOf, type SuppliedWish } from './supplies.js';
import { runnableDefinition } from './task-definitions.js';
import type { EngineContext } from './context.js';

type Input = OperationInput<'StartTask'>;

/**
 * Starts one task on each of the hosts that are named; returns when each runs or has stopped. A host that isn't there
 * (MISSING), has no room, or doesn't satisfy what the definition asks of hosts comes back in `failures`.
 * Errors: ClusterNotFoundException, ClientException, InvalidParameterException.
 */
export async function startTask(given: Input, ctx: EngineContext): Promise<OperationOutput<'StartTask'>> {
  const cluster = await activeCluster(ctx, given.cluster);
  const definition = await runnableDefinition(ctx, given.taskDefinition);
  if (given.containerInstances.length === 0) throw emptyList('Container Instances');
  checkGroup(given.group);
  checkLaunch(given, definition.definition);
  const { overrides, warnings } = prepareOverrides(given.overrides ?? {}, definition.definition);
  for (const message of warnings) ctx.emit({ type: 'warning', message });
  warnOfAwsOnly(ctx, given);
  const input = { ...given, overrides };
  const wish: SuppliedWish = {
    cluster,
    definition,
    supplies: suppliesOf(ctx, definition, overrides),
    constraints: [],
    strategy: [],
    random: () => ctx.random,
  };
  const settling = settleBeside(ctx, cluster);
  try {
    const hosts = given.containerInstances;
    const outcomes = hosts.map((text) => startThere(ctx, wish, input, text, settling).catch(asFault));
    return await answerOf(ctx, cluster, together(await Promise.all(outcomes)));
  } finally {
    await settling.end();
  }
}

const asFault = (fault: unknown): Started => ({ tasks: [], failures: [], faults: [fault] });

async function startThere(
  ctx: EngineContext,
  anywhere: SuppliedWish,
  input: Input,
  text: string,
  settling: Settling,
): Promise<Started> {
  const { cluster } = anywhere;
  const instance = await findInstance(ctx, cluster, text);
  if (instance === undefined) {
    const arn = containerInstanceArn(ctx.identity, cluster, instanceId(text, cluster));
    const detail = `${text} is no host of the cluster ${cluster}`;
    return { tasks: [], failures: [{ arn, reason: 'MISSING', detail }], faults: [] };
  }
  const wish: SuppliedWish = { ...anywhere, only: instance.id };
  await warnOfDataElsewhere(ctx, wish, instance);
  const task = { ...newTask(ctx, wish, input), owner: await ctx.owner() };
  return placeAndStart(ctx, wish, new Placing(ctx, wish, [task], { settling }));
}
