import type { ContainerDefinition } from '../api/types.js';
import type { DockerHost, RegistryAuth } from '../hosts/docker-host.js';
import { bindingsOf } from './bindings.js';
import { settleClaim, type ClaimOptions } from './claim.js';
import { claimingStates, claimLifetime } from './claims.js';
import { createOrAdopt, type Part } from './create.js';
import { engineWords, isRefusal } from './engine-words.js';
import { observeForeign } from './host-view.js';
import { provideHolder, startHolder } from './hold.js';
import { completeMetadata, writeMetadata } from './metadata-file.js';
import { isHolder } from './names.js';
import { asFailure, failure, Obstacle } from './obstacle.js';
import { hidePasswords } from './passwords.js';
import { takenPorts } from './port-conflict.js';
import { PullFailure, type PulledImage, type Puller, type PullRequest } from './pull.js';
import { valuesIn, type ResolvedTask } from './resolved.js';
import { OrderedStart, type OrderOptions } from './start-in-order.js';
import { startOrder } from './start-order.js';
import { removeTask } from './stop.js';
import { taskVolumes } from './task-volumes.js';
import type { AgentEvent, ObservedContainer, StartOutcome, TaskSpec } from './types.js';
import { provideVolumes, removeVolumesMadeBy } from './volumes.js';

export interface StartOptions extends ClaimOptions, Pick<OrderOptions, 'onWait'> {
  /** One for the whole operation. */
  puller: Puller;
  pull: Pick<PullRequest, 'behavior' | 'timeout'>;
  /** What the client has for an image's registry. */
  credentials?: (image: string) => Promise<RegistryAuth | undefined>;
  /** What the client found for the definition's references. */
  resolved?: ResolvedTask;
  /** Names of shared volumes whose data the host is known to have: none of them is made anew, empty. */
  expectedVolumes?: ReadonlySet<string>;
  /** Of each image that the host has for the task, by the name that the definition has for it. */
  onImage?: (name: string, image: PulledImage) => Promise<void>;
  /** Asked before anything is created, and again before anything is started: false undoes the start. */
  isWanted?: () => Promise<boolean>;
  onEvent?: (event: AgentEvent) => void;
}

/**
 * Starts a task: pulls its images, makes its volumes, creates its containers (the first is the claim on the host, and
 * holds namespaces or secrets for the others, if any), starts them in the order of what they need. May be called again for
 * the same task: its containers that run or have run are adopted, those that were created only are made anew.
 *
 * Throws HostError where the host is out of reach midway or a failed start can't be undone, and the signal's reason when
 * aborted: what was made was removed as far as possible, the rest is left to be settled. What ran while others waited for
 * a condition is left as it is then, to be stopped (stopTask).
 */
export async function startTask(
  host: DockerHost,
  spec: TaskSpec,
  options: StartOptions,
): Promise<StartOutcome> {
  let ordered: OrderedStart | undefined;
  try {
    const order = startOrder(spec.definition.containerDefinitions ?? []);
    if (!order)
      throw failure(undefined, 'CannotCreateContainerError: the containers need each other in a circle');
    const pullStartedAt = options.clock();
    options.onEvent?.({ type: 'images-wanted', at: pullStartedAt });
    const images = await pullImages(host, order, options);
    const pullStoppedAt = options.clock();
    options.onEvent?.({ type: 'images-there', at: pullStoppedAt });
    await checkWanted(options);
    await provideVolumes(host, spec, options);
    const holder = await provideHolder(host, spec, options.puller);
    const parts = order.map((definition) => partOf(definition, images, options.resolved));
    const timed = { ...spec, times: { ...spec.times, pullStartedAt, pullStoppedAt } };
    const containers = await createAll(host, timed, holder ? [holder, ...parts] : parts, options);
    ordered = new OrderedStart(host, spec, containers, options);
    await startAll(host, timed, ordered, options);
    return { kind: 'started', containers, never: ordered.never };
  } catch (error) {
    const open = (reason: string) =>
      hidePasswords(reason, spec.definition.volumes, valuesIn(options.resolved));
    if (ordered?.hasWaited) return brokenOff(error, ordered, options, open);
    const undone = undo(host, spec, ordered);
    if (!(error instanceof Obstacle)) {
      // The host is gone, or the caller wants to be: what can't be removed now is settled later.
      await undone.catch(() => undefined);
      throw error;
    }
    await undone;
    const { outcome } = error;
    if (outcome.kind !== 'failed') return outcome;
    return { ...outcome, reason: open(outcome.reason) };
  }
}

async function undo(host: DockerHost, spec: TaskSpec, ordered: OrderedStart | undefined): Promise<void> {
  const ran = ordered?.containers.some((one) => one.state !== 'created' && !isHolder(one)) ?? false;
  await removeTask(host, spec.id);
  const shares = taskVolumes(spec).some(({ scope }) => scope === 'shared');
  // What ran may have written something.
  if (shares && !ran) await removeVolumesMadeBy(host, spec.id);
}

function partOf(
  definition: ContainerDefinition,
  images: Map<string, PulledImage>,
  resolved?: ResolvedTask,
): Part {
  const { name = '', image = '' } = definition;
  return { name, definition, image: images.get(image), resolved: resolved?.get(name) };
}

/** Nothing is created before all images are there: a claim is not to wait for a registry. */
async function pullImages(
  host: DockerHost,
  definitions: readonly ContainerDefinition[],
  { puller, pull, credentials, resolved, signal, onEvent, onImage }: StartOptions,
): Promise<Map<string, PulledImage>> {
  const others = new AbortController();
  const either = signal ? AbortSignal.any([signal, others.signal]) : others.signal;
  /** The definition's own, by image. */
  const own = new Map(
    definitions.flatMap(({ name = '', image = '' }) => {
      const given = resolved?.get(name)?.credentials;
      return given ? [[image, Promise.resolve(given)] as const] : [];
    }),
  );
  const provide = async ({ name = '', image = '' }: ContainerDefinition) => {
    try {
      const onProvided = onImage && ((found: PulledImage) => onImage(image, found));
      const auth = () => own.get(image) ?? credentials?.(image) ?? Promise.resolve(undefined);
      const request = { ...pull, auth, signal: either, onEvent, onProvided };
      return [image, await puller.provide(host, image, request)] as const;
    } catch (error) {
      others.abort(error);
      if (error instanceof PullFailure) throw failure(name, error.message);
      throw asFailure(error, name, 'CannotPullContainerError');
    }
  };
  // Where containers share an image, the first of them is named.
  const distinct = new Map([...definitions].reverse().map((definition) => [definition.image, definition]));
  return new Map(await Promise.all([...distinct.values()].map(provide)));
}

async function createAll(
  host: DockerHost,
  spec: TaskSpec,
  parts: readonly Part[],
  options: StartOptions,
): Promise<ObservedContainer[]> {
  const containers: ObservedContainer[] = [];
  // The definition is kept by one that stays: those that have ended may be pruned by others.
  const keeper = parts.find(({ definition }) => definition.essential !== false);
  for (const part of parts) {
    options.signal?.throwIfAborted();
    containers.push(await createOrAdopt(host, spec, part, part === keeper, options));
  }
  return containers;
}

async function startAll(
  host: DockerHost,
  spec: TaskSpec,
  ordered: OrderedStart,
  options: StartOptions,
): Promise<void> {
  const { containers } = ordered;
  // Where one was adopted that runs, the claim was granted to whoever started it.
  let isClaim = containers.some(({ state }) => state === 'created') && !containers.some(isUp);
  if (isClaim) await claim(host, spec, options);
  await checkWanted(options);
  const address = () => containers.find(isHolder)?.ipAddress;
  await ordered.run(async (container) => {
    await writeMetadata(host, spec, container);
    await start(host, spec, container, options);
    await completeMetadata(host, spec, container, address());
    if (isClaim && isLate(container)) throw await outdated(host, spec, options);
    isClaim = false;
  });
}

/** After a wait no other host is tried: what has run there may have done its work. */
async function brokenOff(
  error: unknown,
  { never, containers }: OrderedStart,
  { isWanted }: StartOptions,
  open: (reason: string) => string,
): Promise<StartOutcome> {
  if (!(error instanceof Obstacle)) throw error;
  const { outcome } = error;
  if (outcome.kind === 'broken-off') return outcome;
  const rest = { kind: 'broken-off' as const, never, containers };
  // Who stops a task removes what waits for its start.
  if (outcome.kind === 'unwanted' || (isWanted && !(await isWanted()))) return { ...rest, why: 'unwanted' };
  if (outcome.kind === 'failed') {
    const { container } = outcome;
    const reason = open(outcome.reason);
    return {
      ...rest,
      why: { reason },
      never: container === undefined ? never : [...never, { container, reason }],
    };
  }
  const words = outcome.kind === 'volume-missing' ? `the volume ${outcome.volume} is gone` : outcome.detail;
  return { ...rest, why: { reason: `CannotStartContainerError: ${words}` } };
}

/** A task that was stopped while its images were pulled must not begin its work. */
async function checkWanted({ isWanted }: StartOptions): Promise<void> {
  if (isWanted && !(await isWanted())) throw new Obstacle({ kind: 'unwanted' });
}

function isUp({ state }: ObservedContainer): boolean {
  return state !== 'created' && claimingStates.includes(state);
}

/** By then others may have ceased to count the claim, and taken the room. */
function isLate({ startedAt, createdAt }: ObservedContainer): boolean {
  return startedAt !== undefined && createdAt !== undefined && startedAt - createdAt > claimLifetime / 2;
}

async function claim(host: DockerHost, spec: TaskSpec, options: StartOptions): Promise<void> {
  const outcome = await settleClaim(host, spec.id, options);
  if (outcome.kind === 'granted') return;
  if (outcome.kind === 'withdraw') {
    throw new Obstacle({ kind: 'withdrawn', ...outcome.shortage, foreign: outcome.foreign });
  }
  throw failure(undefined, 'ContainerVanishedError: the containers were removed before they were started');
}

async function start(
  host: DockerHost,
  spec: TaskSpec,
  container: ObservedContainer,
  { clock, resolved, onEvent }: StartOptions,
): Promise<void> {
  const { containerName, id } = container;
  try {
    await (isHolder(container) ? startHolder(host, spec, container, resolved) : host.startContainer(id));
  } catch (error) {
    const ports = isRefusal(error)
      ? takenPorts(engineWords(error), bindingsOf(spec, containerName))
      : undefined;
    if (ports) throw new Obstacle({ kind: 'port-taken', ports, detail: engineWords(error) });
    throw asFailure(error, containerName, 'CannotStartContainerError');
  }
  container.state = 'running';
  container.startedAt = clock();
  onEvent?.({ type: 'container-started', container: containerName, id });
}

async function outdated(host: DockerHost, spec: TaskSpec, options: StartOptions): Promise<Obstacle> {
  const isOwn = (id: string) => id === spec.id || (options.isOwn?.(id) ?? false);
  const foreign = await observeForeign(host, options.capacity, isOwn);
  const detail = 'its start took so long that others may have taken the room (was this machine asleep?)';
  return new Obstacle({ kind: 'withdrawn', reason: 'AGENT', detail, foreign });
}
