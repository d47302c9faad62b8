import type { Tag } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { overridden, prepareOverrides } from '../api/overrides.js';
import type { Draft } from '../store/transact.js';
import { clusterArn, containerInstanceArn, taskDefinitionArn } from '../api/arn.js';
import { checkTagCount, mergeTags } from '../api/tags.js';
import { seededRandom } from '../scheduler/random.js';
import { checkRunTask } from './checks.js';
import { cleanUp } from './clean-up.js';
import { clientToken, TokenTaken, type ClientToken } from './client-token.js';
import { activeCluster } from './clusters.js';
import { dryRun, failureOf, placeTasks, type Placed, type Unplaced, type Wish } from './place.js';
import { presentTasks } from './present.js';
import { refresh } from './refresh.js';
import { settleBeside, type Settling } from './settling.js';
import { startTasks } from './start.js';
import { runnableDefinition } from './task-definitions.js';
import { containerRecord } from './task-record.js';
import { pruneHistory } from './task-records.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

type Input = OperationInput<'RunTask'>;

/**
 * Places `count` tasks and starts them; returns when each runs or has stopped. What can't be placed comes back in
 * `failures` (ECS: HTTP 200), one a task. With `dryRun` nothing is written or started.
 * Errors: ClusterNotFoundException, ClientException, InvalidParameterException, ConflictException.
 */
export async function runTask(given: Input, ctx: EngineContext): Promise<OperationOutput<'RunTask'>> {
  const cluster = await activeCluster(ctx, given.cluster);
  const definition = await runnableDefinition(ctx, given.taskDefinition);
  checkRunTask(given);
  const { overrides, warnings } = prepareOverrides(given.overrides ?? {}, definition.definition);
  for (const message of warnings) ctx.emit({ type: 'warning', message });
  warnOfAwsOnly(ctx, given);
  const input = { ...given, overrides };
  const wish: Wish = {
    cluster,
    definition,
    constraints: input.placementConstraints ?? [],
    strategy: input.placementStrategy ?? [{ type: 'random' }],
    random: input.seed === undefined ? () => ctx.random : () => seededRandom(input.seed ?? ''),
  };
  if (input.dryRun) return explain(ctx, wish, input);
  // What others left under way is settled beside this; it is waited for where its room or its answer is needed.
  const settling = settleBeside(ctx, cluster);
  try {
    return await placeAndStart(ctx, wish, input, settling);
  } finally {
    await settling.end();
  }
}

async function placeAndStart(
  ctx: EngineContext,
  wish: Wish,
  input: Input,
  settling: Settling,
): Promise<OperationOutput<'RunTask'>> {
  const { cluster } = wish;
  const token = clientToken(ctx, cluster, input);
  if (token !== undefined) wish.forget = (draft, id) => token.forget(draft, id);
  const owner = await ctx.owner();
  const tasks = Array.from({ length: input.count ?? 1 }, () => ({ ...unplaced(ctx, wish, input), owner }));
  const placed = await placeOrReplay(ctx, wish, tasks, token, settling);
  if ('known' in placed) return { tasks: await presentTasks(ctx, cluster, placed.known), failures: [] };
  const started = await startTasks(ctx, wish, placed.tasks);
  await cleanUp(ctx, cluster, new Set(started.tasks.map((t) => t.instance)));
  await pruneHistory(ctx, cluster);
  return {
    tasks: await presentTasks(ctx, cluster, started.tasks),
    failures: [...placed.failures, ...started.failures],
  };
}

/** The tasks placed, or those of the call that used the client token before, or a moment ago. */
async function placeOrReplay(
  ctx: EngineContext,
  wish: Wish,
  tasks: Unplaced[],
  token: ClientToken | undefined,
  settling: Settling,
): Promise<Placed | { known: TaskRecord[] }> {
  for (;;) {
    const known = await token?.replay(settling);
    if (known !== undefined) return { known };
    try {
      return await placeWithFreshLook(ctx, wish, tasks, token, settling);
    } catch (error) {
      if (!(error instanceof TokenTaken)) throw error;
    }
  }
}

/**
 * Places on what the records say. Where that leaves some without a place, the hosts are looked at (tasks may have
 * ended while nobody looked, other users of the hosts have gone) and the rest is placed once more.
 */
async function placeWithFreshLook(
  ctx: EngineContext,
  wish: Wish,
  tasks: Unplaced[],
  token: ClientToken | undefined,
  settling: Settling,
): Promise<Placed> {
  const note = async (draft: Draft, { tasks: now }: Placed) => token?.note(draft, now);
  const placed = await placeTasks(ctx, wish, tasks, note);
  if (placed.failures.length === 0) return placed;
  await settling.patiently();
  await refresh(ctx, wish.cluster, { usage: true });
  const ids = new Set(placed.tasks.map((t) => t.id));
  const more = await placeTasks(
    ctx,
    wish,
    tasks.filter((t) => !ids.has(t.id)),
    note,
  );
  return { tasks: [...placed.tasks, ...more.tasks], failures: more.failures };
}

function unplaced(ctx: EngineContext, wish: Wish, input: Input): Unplaced {
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
    launchType: 'EC2',
    desiredStatus: 'RUNNING',
    lastStatus: 'PENDING',
    version: 1,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    overrides,
    tags: tagsOf(wish, input),
    ...(input.enableExecuteCommand === undefined ? {} : { enableExecuteCommand: input.enableExecuteCommand }),
    createdAt: ctx.clock(),
    containers: (definition.containerDefinitions ?? []).map((c) => containerRecord(c, overrides)),
  };
}

/** ECS: of two with the same key the caller's own wins. */
function tagsOf({ definition, cluster }: Wish, input: Input): Tag[] {
  const propagated = input.propagateTags === 'TASK_DEFINITION' ? definition.tags : [];
  const managed = input.enableECSManagedTags ? [{ key: 'aws:ecs:clusterName', value: cluster }] : [];
  const tags = mergeTags(propagated, input.tags ?? [], managed);
  checkTagCount(tags, 'InvalidParameterException');
  return tags;
}

function warnOfAwsOnly(ctx: EngineContext, input: Input): void {
  const given = (
    [
      'capacityProviderStrategy',
      'networkConfiguration',
      'platformVersion',
      'referenceId',
      'volumeConfigurations',
    ] as const
  ).filter((member) => input[member] !== undefined);
  for (const member of given)
    ctx.emit({ type: 'warning', message: `${member} only means something inside AWS and is left out` });
  if (input.launchType !== undefined && input.launchType !== 'EC2') {
    ctx.emit({ type: 'warning', message: `launchType ${input.launchType} runs on the cluster's own hosts` });
  }
}

/** The plan as an answer; what each host would get, or why it gets nothing, goes out as events. */
async function explain(ctx: EngineContext, wish: Wish, input: Input): Promise<OperationOutput<'RunTask'>> {
  await refresh(ctx, wish.cluster, { usage: true });
  const task = unplaced(ctx, wish, input);
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
