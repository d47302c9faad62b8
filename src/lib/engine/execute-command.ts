import { engineWords } from '../agent/engine-words.js';
import { runCommand, type RunningCommand } from '../agent/exec.js';
import { isHolder } from '../agent/names.js';
import type { ObservedContainer } from '../agent/types.js';
import { clusterArn, taskArn } from '../api/arn.js';
import { splitCommand } from '../api/command-words.js';
import { EcsError, taskNotFound } from '../api/errors.js';
import type { OperationInput } from '../api/operations.js';
import {
  containerNotRunning,
  noSuchContainer,
  targetNotConnected,
  taskNotRunning,
  whichContainer,
} from '../api/exec-errors.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { activeCluster } from './clusters.js';
import { keys } from './keys.js';
import { arnOfContainer } from './present.js';
import { connectTo, observeTask } from './sight.js';
import { readTask } from './task-records.js';
import { resolveTask } from './tasks.js';
import type { EngineContext } from './context.js';
import type { ExecuteRequest, Execution } from './engine.js';
import type { InstanceRecord, TaskRecord } from './records.js';

/**
 * Runs a command in a container of a running task, in its only running one where none is named. ECS needs a task that
 * was run with `enableExecuteCommand`, since an agent has to be put into it; here nothing has to be, so any will do.
 * Errors: ClusterNotFoundException, InvalidParameterException, TargetNotConnectedException.
 */
export async function executeCommand(request: ExecuteRequest, ctx: EngineContext): Promise<Execution> {
  const cluster = await activeCluster(ctx, request.cluster);
  const command = splitCommand(request.command);
  if (command.length === 0) throw new EcsError('InvalidParameterException', 'command cannot be empty.');
  const id = await resolveTask(ctx, cluster, request.task);
  const task = await readTask(ctx, cluster, id);
  if (task === undefined) throw taskNotFound(request.task);
  if (task.lastStatus === 'STOPPED') throw taskNotRunning(id, task.lastStatus, task.stoppedReason);
  try {
    const host = await hostOf(ctx, task);
    const container = await target(host, task, request.container);
    const running = await start(host, container, command, request);
    return attached(ctx, task, container.containerName, host.name, running, request);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw targetNotConnected(error.message, error.remedy, error);
  }
}

/**
 * ECS's operation as such answers with a session of AWS, whose protocol nobody speaks here: what is wrong with the request
 * comes first, as on AWS. Errors: ClientException, ClusterNotFoundException, InvalidParameterException.
 */
export async function refuseWithoutStreams(
  input: OperationInput<'ExecuteCommand'>,
  ctx: EngineContext,
): Promise<never> {
  const cluster = await activeCluster(ctx, input.cluster);
  const id = await resolveTask(ctx, cluster, input.task);
  const task = await readTask(ctx, cluster, id);
  if (task === undefined) throw taskNotFound(input.task);
  if (task.lastStatus === 'STOPPED') throw taskNotRunning(id, task.lastStatus, task.stoppedReason);
  throw new EcsError(
    'ClientException',
    "ExecuteCommand can't give a session of AWS Systems Manager: there is none here.",
    'Use longshore execute-command',
  );
}

async function hostOf(ctx: EngineContext, task: TaskRecord): Promise<DockerHost> {
  const instance = await ctx.store.get<InstanceRecord>(keys.instance(task.cluster, task.instance));
  if (instance === undefined)
    throw targetNotConnected("the task's host has left the cluster", 'Register it again');
  return connectTo(ctx, instance.value);
}

/** The container that is named, or the only one that runs. */
async function target(
  host: DockerHost,
  task: TaskRecord,
  name: string | undefined,
): Promise<ObservedContainer> {
  const seen = (await observeTask(host, task)).filter((container) => !isHolder(container));
  const all = task.containers.map((container) => container.name);
  if (name === undefined) {
    const running = seen.filter(({ state }) => state === 'running');
    const [only, ...others] = running;
    if (only !== undefined && others.length === 0) return only;
    const names = running.map(({ containerName }) => containerName);
    throw whichContainer(
      all.filter((each) => names.includes(each)),
      all,
    );
  }
  if (!all.includes(name)) throw noSuchContainer(name, all);
  const container = seen.find(({ containerName }) => containerName === name);
  if (container?.state === 'running') return container;
  throw containerNotRunning(name, stateOf(container));
}

const stateOf = (container: ObservedContainer | undefined): string =>
  container === undefined
    ? 'it is not on its host'
    : `it is ${container.state}${container.exitCode === undefined ? '' : ` (exit code ${container.exitCode})`}`;

async function start(
  host: DockerHost,
  { id, containerName }: ObservedContainer,
  command: readonly string[],
  { interactive, terminal }: ExecuteRequest,
): Promise<RunningCommand> {
  try {
    return await runCommand(host, id, {
      command,
      stdin: interactive,
      tty: terminal !== undefined,
      ...(terminal && { size: terminal }),
    });
  } catch (error) {
    // It has just ended.
    const isStopped = error instanceof HostError && (error.status === 409 || error.status === 404);
    throw isStopped ? containerNotRunning(containerName, engineWords(error)) : error;
  }
}

function attached(
  ctx: EngineContext,
  task: TaskRecord,
  containerName: string,
  host: string,
  running: RunningCommand,
  { interactive }: ExecuteRequest,
): Execution {
  const { signal } = ctx;
  const close = () => running.close();
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  return {
    answer: {
      clusterArn: clusterArn(ctx.identity, task.cluster),
      containerArn: arnOfContainer(ctx, task, containerName),
      containerName,
      interactive,
      taskArn: taskArn(ctx.identity, task.cluster, task.id),
    },
    host,
    stdin: running.stdin,
    output: running.output,
    resize: (size) => running.resize(size),
    ended: async () => {
      signal.removeEventListener('abort', close);
      return running.ended(signal);
    },
    close,
  };
}
