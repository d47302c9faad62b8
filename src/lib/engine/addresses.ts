import type { SharedNetwork } from '../api/cluster-network.js';
import { addressText, blockOf } from '../api/ipv4.js';
import { StoreConflict } from '../store/store.js';
import type { Draft } from '../store/transact.js';
import { keys } from './keys.js';
import type { Wish } from './wish.js';
import type { ClusterRecord, InstanceRecord, TaskRecord, UsageRecord } from './records.js';

/** Hands out addresses of a cluster's network, each once. */
export interface Addresses {
  /** What is told where there is none. */
  readonly none: string;
  /** A free one (this one, if it is still good); undefined where there is none. It is free until it is `taken`. */
  next(wanted?: string): string | undefined;
  taken(address: string): void;
}

/**
 * The addresses that tasks of a definition may have; undefined where their hosts give them. What counts as taken: those
 * of the cluster's tasks, until what held them has ended; what the hosts showed of others when they were last looked at;
 * the hosts' own, and the gateway. They are sought from a random start: neighbours remember for a while whose an address
 * was.
 */
export async function openAddresses(
  draft: Pick<Draft, 'peek'>,
  { name, network }: ClusterRecord,
  { definition: { definition }, random }: Pick<Wish, 'definition' | 'random'>,
  seen: { usages: ReadonlyMap<string, UsageRecord>; instances: ReadonlyMap<string, InstanceRecord> },
): Promise<Addresses | undefined> {
  if (definition.networkMode !== 'awsvpc' || network === undefined) return undefined;
  const prefix = keys.addresses(name);
  const own = new Set((await draft.peek({ prefix })).map(({ key }) => key.slice(prefix.length)));
  const range = network.range ?? network.subnet;
  const free = freeAddresses(network.subnet, range, random());
  let others: Set<string> | undefined;
  let candidate = free.next();
  return {
    none: `no address of ${range} is free`,
    next(wanted) {
      // What was learnt of a host between the snapshot and now counts as well.
      const foreign = (others ??= foreignAddresses(network, seen));
      if (wanted !== undefined && !foreign.has(wanted)) return wanted;
      const isTaken = (address: string) => own.has(address) || foreign.has(address);
      while (!candidate.done && isTaken(candidate.value)) candidate = free.next();
      return candidate.done ? undefined : candidate.value;
    },
    taken: (address) => void own.add(address),
  };
}

function foreignAddresses(
  { gateway, subnet }: SharedNetwork,
  { usages, instances }: Parameters<typeof openAddresses>[3],
): Set<string> {
  const addresses = new Set([...usages.values()].flatMap(({ foreign }) => foreign.addresses ?? []));
  for (const { address, attributes } of instances.values()) {
    if (address.scheme !== 'unix') addresses.add(address.host);
    const shown = attributes.find((attribute) => attribute.name === 'longshore.publish-address')?.value;
    if (shown !== undefined) addresses.add(shown);
  }
  // Where none is named, engines take the subnet's first address for it.
  return addresses.add(gateway ?? addressText((blockOf(subnet)?.first ?? 0) + 1));
}

/** Drafts whose the addresses of placed tasks are. Throws StoreConflict where another was faster. */
export async function takeAddresses(draft: Draft, tasks: readonly TaskRecord[]): Promise<void> {
  for (const { cluster, id, address } of tasks) {
    if (address === undefined) continue;
    const key = keys.address(cluster, address);
    const holder = await draft.get<string>(key);
    if (holder !== undefined && holder !== id) throw new StoreConflict([key]);
    if (holder === undefined) draft.put({ key, value: id });
  }
}

/** Drafts that a task's address is free again, if it is still its own. */
export async function releaseAddress(
  draft: Draft,
  { cluster, id, address }: Pick<TaskRecord, 'cluster' | 'id' | 'address'>,
): Promise<void> {
  if (address === undefined) return;
  const key = keys.address(cluster, address);
  if ((await draft.get<string>(key)) === id) draft.delete(key);
}

/** All of a range but the subnet's first and last, which stand for itself and for everybody. */
function* freeAddresses(subnet: string, range: string, random: () => number): Generator<string, undefined> {
  const all = blockOf(subnet);
  const part = blockOf(range);
  if (all === undefined || part === undefined) return undefined;
  const start = Math.floor(random() * part.size);
  for (let n = 0; n < part.size; n++) {
    const number = part.first + ((start + n) % part.size);
    if (number !== all.first && number !== all.first + all.size - 1) yield addressText(number);
  }
  return undefined;
}
