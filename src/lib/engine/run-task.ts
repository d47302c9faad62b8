import type { OperationInput, OperationOutput } from '../api/operations.js';
import { EcsError } from '../api/errors.js';
import { prepareOverrides } from '../api/overrides.js';
import { checkGroup, checkLaunch } from '../api/launch-rules.js';
import { providersOfTasks } from '../api/capacity-providers.js';
import { clusterArn, containerInstanceArn, taskDefinitionArn } from '../api/arn.js';
import { seededRandom } from '../scheduler/random.js';
import { checkPlacement } from './checks.js';
import { clientToken } from './client-token.js';
import { activeCluster } from './clusters.js';
import { capacityOf, chosenLaunch, warnOfLaunch } from './launch.js';
import { lookAgain } from './look-again.js';
import { newTask, warnOfAwsOnly } from './new-task.js';
import { dryRun } from './place.js';
import { failureOf } from './picks.js';
import type { Wish } from './wish.js';
import { Placing } from './placing.js';
import { settleBeside } from './settling.js';
import { answerOf, placeAndStart } from './start-placed.js';
import { suppliesOf, type SuppliedWish } from './supplies.js';
import { runnableDefinition } from './task-definitions.js';
import type { EngineContext } from './context.js';

type Input = OperationInput<'RunTask'>;

/**
 * Places `count` tasks and starts them; returns when each runs or has stopped. What can't be placed comes back in
 * `failures` (ECS: HTTP 200), one a task. When aborted, what does not run yet
 * is undone, and the answer tells of all. With `dryRun` nothing is written or started.
 * Errors: ClusterNotFoundException, ClientException, InvalidParameterException, ConflictException.
 */
export async function runTask(given: Input, ctx: EngineContext): Promise<OperationOutput<'RunTask'>> {
  const cluster = await activeCluster(ctx, given.cluster);
  const definition = await runnableDefinition(ctx, given.taskDefinition);
  checkPlacement(given);
  checkGroup(given.group);
  checkPropagation(given);
  checkLaunch(given, definition.definition);
  const { launchType, strategy } = chosenLaunch(given, await capacityOf(ctx, cluster));
  const { overrides, warnings } = prepareOverrides(given.overrides ?? {}, definition.definition);
  for (const message of warnings) ctx.emit({ type: 'warning', message });
  warnOfAwsOnly(ctx, given);
  warnOfLaunch(ctx, given);
  const input = { ...given, overrides };
  const wish: SuppliedWish = {
    cluster,
    definition,
    supplies: suppliesOf(ctx, definition, overrides),
    constraints: input.placementConstraints ?? [],
    strategy: input.placementStrategy ?? [{ type: 'random' }],
    random: input.seed === undefined ? () => ctx.random : () => seededRandom(input.seed ?? ''),
  };
  if (input.dryRun) return explain(ctx, wish, input);
  // What others left under way is settled beside this; it is waited for where its room or its answer is needed.
  const settling = settleBeside(ctx, cluster);
  try {
    const token = clientToken(ctx, cluster, input);
    if (token !== undefined) wish.forget = (draft, id) => token.forget(draft, id);
    const owner = await ctx.owner();
    // What one call makes is of one moment, so that lists by age keep its order.
    const createdAt = ctx.clock();
    const count = input.count ?? 1;
    const providers = providersOfTasks(strategy, count);
    const tasks = Array.from({ length: count }, (_, i) => ({
      ...newTask(ctx, wish, { ...input, launchType, capacityProvider: providers[i] }),
      owner,
      createdAt,
    }));
    const placing = new Placing(ctx, wish, tasks, { settling, token });
    return await answerOf(ctx, cluster, await placeAndStart(ctx, wish, placing));
  } finally {
    await settling.end();
  }
}

/** ECS: there is no service whose tags a standalone task could have. The wording is ours. */
function checkPropagation({ propagateTags }: Input): void {
  if (propagateTags === 'SERVICE')
    throw new EcsError(
      'InvalidParameterException',
      'propagateTags of a task that no service starts must be TASK_DEFINITION or NONE, not SERVICE.',
    );
}

/** The plan as an answer; what each host would get, or why it gets nothing, goes out as events. */
async function explain(ctx: EngineContext, wish: Wish, input: Input): Promise<OperationOutput<'RunTask'>> {
  await lookAgain(ctx, wish);
  const task = newTask(ctx, wish, input);
  const plan = await dryRun(ctx, wish, task, input.count ?? 1);
  for (const { name, tasks, refusal } of plan.hosts) {
    ctx.emit({ type: 'plan', host: name, tasks, ...(refusal === undefined ? {} : { refusal }) });
  }
  return {
    tasks: plan.picks
      .filter((pick) => pick.placed)
      .map(({ instanceId }) => ({
        clusterArn: clusterArn(ctx.identity, wish.cluster),
        containerInstanceArn: containerInstanceArn(ctx.identity, wish.cluster, instanceId),
        cpu: task.cpu,
        memory: task.memory,
        group: task.group,
        taskDefinitionArn: taskDefinitionArn(ctx.identity, task.family, task.revision),
      })),
    failures: plan.picks.filter((pick) => !pick.placed).map((pick) => failureOf(ctx, wish.cluster, pick)),
  };
}
