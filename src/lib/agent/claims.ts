import type { ContainerState, ContainerSummary } from '../hosts/container-types.js';
import { isHolder } from './names.js';
import { containerNameOf, resourcesOf, taskIdOf } from './read-labels.js';
import type { Capacity, ForeignUsage, TaskResources } from './types.js';

/** One task's claim on a host: the containers that carry its label, of any store. */
export interface Claim {
  taskId: string;
  /** Epoch seconds by the engine's clock, of its first container. */
  created: number;
  /** Any of its containers runs or has run: the claim holds, whoever it leaves without room. */
  started: boolean;
  resources: TaskResources;
  containers: string[];
  /** In networks. */
  addresses: string[];
}

/** What one listing of a host's containers says is taken. */
export interface HostView {
  claims: Claim[];
  /** Running containers that nobody labelled, by their limits and published ports. */
  unlabelled: { id: string; resources: TaskResources; addresses: string[] }[];
}

export type Verdict =
  | { kind: 'granted' }
  | { kind: 'wait'; for: string[]; shortage: Shortage }
  | { kind: 'withdraw'; shortage: Shortage }
  | { kind: 'vanished' };

/** ECS's reason (`RESOURCE:MEMORY` …) and the figures in words. */
export interface Shortage {
  reason: string;
  detail: string;
}

/** States in which a container takes or is about to take something of its host. */
export const claimingStates: readonly ContainerState[] = ['created', 'running', 'paused', 'restarting'];

/**
 * Milliseconds after which a claim of which nothing was started counts for nobody any more: its client died, and no
 * settling verb of its store has come by. A client that lives starts it in half of that time, or not at all.
 */
export const claimLifetime = 5 * 60_000;

/**
 * Decides on a claim whose container is created, from a listing made after that. The hosts' arbitration between clients
 * that know nothing of one another:
 *
 * All claims are taken in one order, (creation in seconds, task id), the same for all observers: the started ones first,
 * and each that has not started where it still fits. Those that don't fit are doomed, and by the same rule they see that
 * themselves when they list next. So a doomed claim is withdrawn; one that fits beside everything seen is granted; and
 * one that fits only without the doomed waits until they are gone or (having listed before it became visible) started,
 * and looks again.
 *
 * It never over-fills: of any set of granted claims take the one that became visible last. Its listings came after
 * all others became visible, so it was granted with all of them in view, and everything in view fitted together. That
 * needs no clock and no time limit: a container is stamped before it becomes visible, and either may take long, but
 * who lists after its own creation sees all that became visible before.
 *
 * It goes on: who waits, waits for doomed ones only, never for another that waits, and the first in order that fits
 * beside the started ones is never doomed. Only claims of one's first listing (`rivals`) are waited for: later ones
 * have seen mine in all of their listings, so a stream of newcomers holds up nobody.
 */
export function judge(
  view: HostView,
  taskId: string,
  capacity: Capacity,
  rivals: ReadonlySet<string>,
): Verdict {
  const mine = view.claims.find((claim) => claim.taskId === taskId);
  if (!mine) return { kind: 'vanished' };
  if (mine.started) return { kind: 'granted' };
  const doomed = doomedClaims(view, capacity);
  const shortage = doomed.get(taskId);
  if (shortage) return { kind: 'withdraw', shortage };
  const obstacles = [...doomed.keys()].filter((id) => rivals.has(id));
  const [first] = obstacles;
  if (first === undefined) return { kind: 'granted' };
  return { kind: 'wait', for: obstacles, shortage: doomed.get(first) as Shortage };
}

/** Reads a listing; `limitsOf` gives what an unlabelled container may take. */
export function viewOf(
  listing: readonly ContainerSummary[],
  limitsOf: (id: string) => Pick<TaskResources, 'cpu' | 'memory'> | undefined,
): HostView {
  const claims = new Map<string, Claim>();
  const unlabelled: HostView['unlabelled'] = [];
  // One container may have ended before the next begins (dependsOn): the task's claim holds meanwhile.
  const begun = new Set(
    listing.filter(({ state }) => state !== 'created').map(({ labels }) => taskIdOf(labels)),
  );
  const holders: [ContainerSummary, TaskResources][] = [];
  for (const container of listing) {
    if (!claimingStates.includes(container.state)) continue;
    const resources = resourcesOf(container.labels);
    if (resources && isStartedHolder(container)) holders.push([container, resources]);
    else if (resources) addToClaim(claims, container, resources, begun);
    else if (container.state !== 'created') unlabelled.push(unlabelledUse(container, limitsOf(container.id)));
  }
  // The holder of a task that has ended takes nothing: it waits to be stopped.
  for (const [container, resources] of holders)
    if (claims.has(taskIdOf(container.labels) ?? '')) addToClaim(claims, container, resources, begun);
  // The newest stamp is the engine's time, or earlier: nobody's clock is needed, and who has just created a claim sees
  // the present.
  const newest = Math.max(...listing.map((container) => container.created));
  const stale = ({ started, created }: Claim) => !started && (newest - created) * 1000 > claimLifetime;
  return { claims: [...claims.values()].filter((claim) => !stale(claim)), unlabelled };
}

/** Running containers without our labels: those whose limits viewOf asks for. */
export function isUnlabelled(container: ContainerSummary): boolean {
  return container.state !== 'created' && resourcesOf(container.labels) === undefined;
}

/** What is taken by others than the tasks for which `isOwn` holds. Doomed claims don't count: they are about to go. */
export function foreignUsage(
  view: HostView,
  capacity: Capacity,
  isOwn: (taskId: string) => boolean,
): ForeignUsage {
  const doomed = doomedClaims(view, capacity);
  const others = view.claims.filter((claim) => !isOwn(claim.taskId) && !doomed.has(claim.taskId));
  const sum = total([...others, ...view.unlabelled].map((use) => use.resources));
  const ids = [...others.flatMap((claim) => claim.containers), ...view.unlabelled.map((use) => use.id)];
  const addresses = [...others, ...view.unlabelled].flatMap((use) => use.addresses);
  return {
    ...sum,
    ports: [...new Set(sum.ports)],
    containers: ids,
    ...(addresses.length > 0 && { addresses }),
  };
}

function doomedClaims(view: HostView, capacity: Capacity): Map<string, Shortage> {
  const started = view.claims.filter((claim) => claim.started);
  const used = total([...started, ...view.unlabelled].map((use) => use.resources));
  const doomed = new Map<string, Shortage>();
  for (const claim of view.claims.filter((one) => !one.started).sort(byOrder)) {
    const shortage = shortageOf(used, claim.resources, capacity);
    if (shortage) doomed.set(claim.taskId, shortage);
    else addTo(used, claim.resources);
  }
  return doomed;
}

function byOrder(a: Claim, b: Claim): number {
  return a.created - b.created || (a.taskId < b.taskId ? -1 : 1);
}

function shortageOf(used: TaskResources, need: TaskResources, capacity: Capacity): Shortage | undefined {
  const lack = (amount: 'cpu' | 'memory' | 'gpus', reason: string, unit: string): Shortage | undefined => {
    if (need[amount] === 0 || used[amount] + need[amount] <= capacity[amount]) return undefined;
    const free = Math.max(0, capacity[amount] - used[amount]);
    return { reason, detail: `needs ${need[amount]} ${unit}, ${free} of ${capacity[amount]} are free` };
  };
  const taken = need.ports.filter((port) => used.ports.includes(port));
  const gpus = (need.gpuIds ?? []).filter((id) => used.gpuIds?.includes(id));
  return (
    lack('cpu', 'RESOURCE:CPU', 'CPU units') ??
    lack('memory', 'RESOURCE:MEMORY', 'MiB of memory') ??
    lack('gpus', 'RESOURCE:GPU', 'GPUs') ??
    (gpus.length > 0 ? { reason: 'RESOURCE:GPU', detail: `GPU ${gpus.join(', ')} is taken` } : undefined) ??
    (taken.length > 0 ? { reason: 'RESOURCE:PORTS', detail: `port ${taken.join(', ')} is taken` } : undefined)
  );
}

function isStartedHolder({ state, labels }: ContainerSummary): boolean {
  return state !== 'created' && isHolder({ containerName: containerNameOf(labels) });
}

function addToClaim(
  claims: Map<string, Claim>,
  container: ContainerSummary,
  resources: TaskResources,
  begun: ReadonlySet<string | undefined>,
): void {
  const taskId = taskIdOf(container.labels) ?? '';
  const claim = claims.get(taskId) ?? {
    taskId,
    created: container.created,
    started: false,
    resources,
    containers: [],
    addresses: [],
  };
  claim.created = Math.min(claim.created, container.created);
  claim.started ||= begun.has(taskId);
  claim.containers.push(container.id);
  claim.addresses.push(...container.addresses);
  claims.set(taskId, claim);
}

function unlabelledUse(
  { id, ports, addresses }: ContainerSummary,
  limits: Pick<TaskResources, 'cpu' | 'memory'> | undefined,
): HostView['unlabelled'][number] {
  const published = ports.filter((port) => port.publicPort).map((port) => `${port.type}/${port.publicPort}`);
  const { cpu = 0, memory = 0 } = limits ?? {};
  return { id, resources: { cpu, memory, gpus: 0, ports: [...new Set(published)] }, addresses };
}

function total(uses: readonly TaskResources[]): TaskResources {
  const sum: TaskResources = { cpu: 0, memory: 0, gpus: 0, ports: [] };
  for (const use of uses) addTo(sum, use);
  return sum;
}

function addTo(sum: TaskResources, use: TaskResources): void {
  sum.cpu += use.cpu;
  sum.memory += use.memory;
  sum.gpus += use.gpus;
  if (use.gpuIds !== undefined) sum.gpuIds = [...(sum.gpuIds ?? []), ...use.gpuIds];
  sum.ports.push(...use.ports);
}
