import type { DockerHost } from '../hosts/docker-host.js';
import type { ContainerDetails } from '../hosts/container-types.js';
import { label } from './labels.js';
import { taskIdOf } from './read-labels.js';

/** Ms that an engine may take to tell what it remembers: how a container ended is worth no more. */
const PATIENCE = 5000;

/**
 * The exit code of a container's run before the present one, which an inspection of it no longer has; undefined where its
 * engine, which remembers its last 256 events, has forgotten. Throws HostError.
 */
export async function lastExit(
  host: DockerHost,
  { id, labels, state }: Pick<ContainerDetails, 'id' | 'labels' | 'state'>,
): Promise<number | undefined> {
  if (state.status === 'restarting') return state.exitCode;
  if (state.startedAt === undefined) return undefined;
  const past = host.events({
    labels: [`${label.taskId}=${taskIdOf(labels) ?? ''}`],
    until: state.startedAt / 1000,
    signal: AbortSignal.timeout(PATIENCE),
  });
  let exitCode: number | undefined;
  for await (const { id: of, action, attributes } of past)
    if (of === id && action === 'die') exitCode = Number(attributes['exitCode']);
  return Number.isInteger(exitCode) ? exitCode : undefined;
}
