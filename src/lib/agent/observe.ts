import type { NetworkBinding } from '../api/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import type { ContainerDetails, ContainerSummary, PublishedPort } from '../hosts/container-types.js';
import { label } from './labels.js';
import { isDuringStart } from './engine-start.js';
import { failedCheck } from './failed-check.js';
import { lastExit } from './last-exit.js';
import { isNamedFor } from './names.js';
import { containerNameOf, taskIdOf } from './read-labels.js';
import { mayHaveRestarted } from './uptime.js';
import type { ObservedContainer } from './types.js';

export interface ObserveOptions {
  /** Only containers of this cluster; of all clusters without it. */
  cluster?: string;
  /** Only containers of this task. */
  taskId?: string;
  /** What is already known of a container by its engine id: what can't have changed is not asked for again. */
  known?: (id: string) => KnownContainer | undefined;
  /** Epoch milliseconds; without it whatever its engine may have started again is inspected. */
  now?: number;
}

/** An earlier observation, or as much of it as was kept: at least the state, and `startedAt` of what was running. */
export type KnownContainer = Pick<ObservedContainer, 'state'> &
  Partial<ObservedContainer> & {
    /** Its engine starts it again when it ends: whether it has done so only an inspection tells. */
    restarts?: boolean;
    /** The same, by our leave: there are many of them, so the listing is asked first whether it may have done so. */
    kept?: boolean;
  };

/**
 * Our containers on a host, in every state, by one listing; those whose start or end is news are inspected too. Foreign
 * containers don't appear, whatever their labels say. Throws HostError.
 */
export async function observeHost(
  host: DockerHost,
  options: ObserveOptions = {},
): Promise<ObservedContainer[]> {
  const labels = [
    options.taskId ? `${label.taskId}=${options.taskId}` : label.taskId,
    ...(options.cluster ? [`${label.cluster}=${options.cluster}`] : []),
  ];
  const listing = await host.listContainers({ all: true, labels });
  const observed = await Promise.all(
    listing.filter(isOurs).map((summary) => observe(host, summary, options.known?.(summary.id), options.now)),
  );
  return observed.filter((container) => container !== undefined);
}

/** Whether Longshore made a container: it has the labels, and the name. Pure. */
export function isOurs({ names, labels }: Pick<ContainerSummary, 'names' | 'labels'>): boolean {
  const taskId = taskIdOf(labels);
  return taskId !== undefined && names.some((name) => isNamedFor(taskId, name));
}

/** Whether a container has been started, whatever became of it. */
export const hasRun = ({ state }: Pick<ObservedContainer, 'state'>): boolean => state !== 'created';

/** Whether a container that ran has ended, and is still there. */
export const hasEnded = ({ state }: Pick<ObservedContainer, 'state'>): boolean =>
  state === 'exited' || state === 'dead';

/** One container, by inspection; undefined where it is gone. Throws HostError. */
export async function observeContainer(
  host: DockerHost,
  id: string,
  known?: KnownContainer,
): Promise<ObservedContainer | undefined> {
  const [details, { clockOffset }] = await Promise.all([host.inspectContainer(id), host.info()]);
  if (!details) return undefined;
  const isRestarted = known?.kept === true && details.restartCount > (known.restartCount ?? 0);
  const observed = {
    ...fromDetails(details, clockOffset, known),
    ...(isRestarted && { lastExitCode: await lastExit(host, details) }),
  };
  return (await isHidden(host, details))
    ? { ...observed, exitCode: undefined, exitCodeUnknown: true }
    : observed;
}

/** What an inspection says, in the client's time. `clockOffset` as EngineInfo has it. Pure. */
function fromDetails(
  details: ContainerDetails,
  clockOffset: number,
  known?: KnownContainer,
): ObservedContainer {
  const { state, labels } = details;
  const here = (time: number | undefined) =>
    time === undefined ? undefined : Math.round(time - clockOffset);
  const [network, address] = Object.entries(details.networks).find(([, { ipAddress }]) => ipAddress) ?? [];
  return {
    taskId: taskIdOf(labels) ?? '',
    containerName: containerNameOf(labels),
    id: details.id,
    image: details.image,
    imageDigest: known?.imageDigest,
    state: state.status,
    exitCode: hasEnded({ state: state.status }) ? state.exitCode : undefined,
    oomKilled: state.oomKilled,
    error: state.error || undefined,
    createdAt: Math.round(details.created - clockOffset),
    startedAt: here(state.startedAt),
    finishedAt: here(state.finishedAt),
    health: state.health?.status,
    failedCheck: failedCheck(state),
    restartCount: details.restartCount,
    networkBindings: bindingsOf(details.ports, known),
    ipAddress: address?.ipAddress ?? known?.ipAddress,
    macAddress: address?.macAddress ?? known?.macAddress,
    network: network ?? known?.network,
    labels,
  };
}

/** Containers that died with their engine (a crash, a power cut) get exit code 255 when it starts again. */
async function isHidden(host: DockerHost, { state }: ContainerDetails): Promise<boolean> {
  if (state.exitCode !== 255 || state.status !== 'exited' || state.finishedAt === undefined) return false;
  const start = await host.engineStart?.();
  return start !== undefined && isDuringStart(state.finishedAt, start);
}

function observe(
  host: DockerHost,
  summary: ContainerSummary,
  known: KnownContainer | undefined,
  now?: number,
): Promise<ObservedContainer | undefined> | ObservedContainer {
  // Only an inspection tells when a container started, and how and when it ended; the rest the listing says.
  if (isStillUp(summary, known, now) || isStillDown(summary, known)) return fromSummary(summary, known);
  return summary.state === 'created'
    ? waiting(host, summary, known)
    : observeContainer(host, summary.id, known);
}

/** The engine's clock is asked for only here: to answer costs the engine more than a listing does. */
async function waiting(
  host: DockerHost,
  summary: ContainerSummary,
  known: KnownContainer | undefined,
): Promise<ObservedContainer> {
  const { clockOffset } = await host.info();
  return { ...fromSummary(summary, known), createdAt: Math.round(summary.created * 1000 - clockOffset) };
}

function isStillUp(summary: ContainerSummary, known: KnownContainer | undefined, now?: number): boolean {
  const up = ['running', 'paused'];
  if (known?.startedAt === undefined || !up.includes(known.state) || !up.includes(summary.state))
    return false;
  if (known.restarts) return false;
  return !known.kept || (now !== undefined && !mayHaveRestarted(summary.status, known.startedAt, now));
}

function isStillDown(summary: ContainerSummary, known: KnownContainer | undefined): boolean {
  return summary.state === 'exited' && known?.state === 'exited';
}

function fromSummary(summary: ContainerSummary, known: KnownContainer | undefined): ObservedContainer {
  const { oomKilled = false, restartCount = 0 } = known ?? {};
  return {
    ...known,
    oomKilled,
    restartCount,
    taskId: taskIdOf(summary.labels) ?? '',
    containerName: containerNameOf(summary.labels),
    id: summary.id,
    // Where the tag has moved on, a listing gives the image's id instead.
    image: known?.image ?? summary.image,
    state: summary.state,
    health: healthIn(summary.status),
    networkBindings: bindingsOf(summary.ports, known),
    labels: summary.labels,
  };
}

function healthIn(status: string): ObservedContainer['health'] {
  const [, word] = /\((?:health: )?(starting|healthy|unhealthy)\)/.exec(status) ?? [];
  return word as ObservedContainer['health'];
}

/** Of one container: a record keeps them. A definition maps 100 ports at most. */
const mostBindings = 1000;

/** The engine shows ports only while the container runs; ECS shows them ever after. */
function bindingsOf(ports: readonly PublishedPort[], known: KnownContainer | undefined): NetworkBinding[] {
  const bindings = new Map<string, NetworkBinding>();
  for (const { ip, privatePort, publicPort, type } of ports) {
    const key = `${privatePort}/${type}/${publicPort}`;
    // Each published port is listed twice, for IPv4 and IPv6.
    if (publicPort === undefined || type === 'sctp' || bindings.has(key)) continue;
    if (bindings.size >= mostBindings) break;
    const bindIP = !ip || ip === '::' ? '0.0.0.0' : ip;
    bindings.set(key, { bindIP, containerPort: privatePort, hostPort: publicPort, protocol: type });
  }
  return bindings.size > 0 ? [...bindings.values()] : (known?.networkBindings ?? []);
}
