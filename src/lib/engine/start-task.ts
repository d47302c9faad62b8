import type { Failure } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { containerInstanceArn, instanceId } from '../api/arn.js';
import { emptyList } from '../api/errors.js';
import { prepareOverrides } from '../api/overrides.js';
import { cleanUp } from './clean-up.js';
import { activeCluster } from './clusters.js';
import { findInstance } from './container-instances.js';
import { newTask, warnOfAwsOnly } from './new-task.js';
import type { Wish } from './place.js';
import { placeWithFreshLook } from './place-with-look.js';
import { presentTasks } from './present.js';
import { settleBeside, type Settling } from './settling.js';
import { startTasks } from './start.js';
import { runnableDefinition } from './task-definitions.js';
import { pruneHistory } from './task-records.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

type Input = OperationInput<'StartTask'>;
type Outcome = { task: TaskRecord } | { failure: Failure };

/**
 * Starts one task on each of the hosts that are named; returns when each runs or has stopped. A host that isn't there
 * (MISSING), has no room, or doesn't satisfy what the definition asks of hosts comes back in `failures`.
 * Errors: ClusterNotFoundException, ClientException, InvalidParameterException.
 */
export async function startTask(given: Input, ctx: EngineContext): Promise<OperationOutput<'StartTask'>> {
  const cluster = await activeCluster(ctx, given.cluster);
  const definition = await runnableDefinition(ctx, given.taskDefinition);
  if (given.containerInstances.length === 0) throw emptyList('Container Instances');
  const { overrides, warnings } = prepareOverrides(given.overrides ?? {}, definition.definition);
  for (const message of warnings) ctx.emit({ type: 'warning', message });
  warnOfAwsOnly(ctx, given);
  const input = { ...given, overrides };
  const wish: Wish = { cluster, definition, constraints: [], strategy: [], random: () => ctx.random };
  const settling = settleBeside(ctx, cluster);
  try {
    const results = await Promise.allSettled(
      given.containerInstances.map((text) => startThere(ctx, wish, input, text, settling)),
    );
    const outcomes = results.map(valueOf);
    const tasks = outcomes.flatMap((outcome) => ('task' in outcome ? [outcome.task] : []));
    const failures = outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome.failure] : []));
    await cleanUp(ctx, cluster, new Set(tasks.map(({ instance }) => instance)));
    await pruneHistory(ctx, cluster);
    return { tasks: await presentTasks(ctx, cluster, tasks), failures };
  } finally {
    await settling.end();
  }
}

/** What one host throws is thrown when the others are decided too. */
function valueOf(result: PromiseSettledResult<Outcome>): Outcome {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

async function startThere(
  ctx: EngineContext,
  anywhere: Wish,
  input: Input,
  text: string,
  settling: Settling,
): Promise<Outcome> {
  const { cluster } = anywhere;
  const instance = await findInstance(ctx, cluster, text);
  if (instance === undefined) {
    const arn = containerInstanceArn(ctx.identity, cluster, instanceId(text, cluster));
    return { failure: { arn, reason: 'MISSING' } };
  }
  const wish: Wish = { ...anywhere, only: instance.id };
  const task = { ...newTask(ctx, wish, input), owner: await ctx.owner() };
  const placed = await placeWithFreshLook(ctx, wish, [task], settling);
  const started = await startTasks(ctx, wish, placed.tasks);
  const [failure = {}] = [...placed.failures, ...started.failures];
  const [record] = started.tasks;
  return record === undefined ? { failure } : { task: record };
}
