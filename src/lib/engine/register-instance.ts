import type { Attribute } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { isRefusal } from '../agent/engine-words.js';
import { networkFault } from '../agent/hold.js';
import { provideNetwork } from '../agent/task-network.js';
import { mostGpus } from '../agent/read-labels.js';
import { clusterName } from '../api/arn.js';
import { EcsError } from '../api/errors.js';
import { formatAddress, parseAddress, type HostAddress } from '../hosts/address.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { diskFull } from '../hosts/host-error.js';
import { attributesOf, fullDisk, probeHost, type HostFacts } from '../hosts/probe.js';
import { transact } from '../store/transact.js';
import { adoptDefinitions } from './adopt-definitions.js';
import { adoptTasks } from './adopt.js';
import { checkName, claimHost } from './claim-host.js';
import { checkActive, ensureCluster } from './clusters.js';
import { showInstance } from './container-instances.js';
import { noteUsage } from './host-usage.js';
import { keys, putCluster, putInstance } from './keys.js';
import { EMPTY_USAGE } from './placement.js';
import { observeTasks } from './sight.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, InstanceRecord } from './records.js';

type Input = OperationInput<'RegisterContainerInstance'>;

/** ECS agent: /proc/sys/net/ipv4/ip_local_port_range, else this. Linux's own default begins at 32768. */
const DYNAMIC_PORTS: [number, number] = [32768, 60999];

/**
 * Makes a host a container instance: connects, probes, marks it, and takes over what of the cluster runs on it.
 * A host that is marked as this cluster's comes back as the instance that it is, with what was said of it before
 * (name, zone, reserve, port range, attributes, tags) unless the input says otherwise.
 * The host is `host`, or the attribute `longshore.host`. The cluster `default` is created where there is none.
 * Errors: ClusterNotFoundException, InvalidParameterException, ClientException (another cluster's marker); HostError.
 */
export async function registerContainerInstance(
  input: Input,
  ctx: EngineContext,
): Promise<OperationOutput<'RegisterContainerInstance'>> {
  const address = addressOf(input);
  const given = input.name ?? (address.scheme === 'unix' ? 'localhost' : address.host);
  const range = input.portRange === undefined ? undefined : portRange(input.portRange);
  const cluster = await clusterFor(ctx, input.cluster);
  ctx.emit({ type: 'host-connecting', host: given });
  const began = ctx.clock();
  // Who names a host that failed before has perhaps mended it.
  const host = await ctx.hosts.connect(address, given, { signal: ctx.signal, retry: true });
  ctx.emit({ type: 'host-connected', host: given, milliseconds: ctx.clock() - began });
  const { marker, known } = await claimHost(
    ctx,
    host,
    { cluster, address, name: given },
    input.shared ?? false,
  );
  const name = input.name ?? known?.name ?? given;
  const id = marker.instanceId;
  await checkName(ctx, cluster, name, id);
  const facts = await probeHost(host);
  for (const warning of facts.warnings) ctx.emit({ type: 'warning', message: `${name}: ${warning}` });
  // It is registered all the same: what runs on it is to be known.
  if ((facts.freeDiskBytes ?? Infinity) < fullDisk)
    ctx.emit({ type: 'host-failed', host: name, error: diskFull(name) });
  const said = { ...saidBefore(known), ...saidNow(input, range) };
  const record = await saveInstance(
    ctx,
    draftInstance(ctx, { id, cluster, name, address, marker: marker.volume }, said, facts),
  );
  const seen = await observeTasks(host, cluster);
  await adoptDefinitions(ctx, record, host, seen);
  const adopted = await adoptTasks(ctx, record, host, seen);
  const tasks = adopted === 1 ? 'task' : 'tasks';
  if (adopted > 0) ctx.emit({ type: 'note', message: `${name}: ${adopted} running ${tasks} taken over` });
  await noteUsage(ctx, record, host);
  await checkNetwork(ctx, record, host);
  return { containerInstance: await showInstance(ctx, record, { tags: true }) };
}

/** A host that can't have its cluster's network is told of before a task needs it. */
async function checkNetwork(
  ctx: EngineContext,
  { cluster, name }: InstanceRecord,
  host: DockerHost,
): Promise<void> {
  const network = (await ctx.store.get<ClusterRecord>(keys.cluster(cluster)))?.value.network;
  if (network === undefined) return;
  try {
    await provideNetwork(host, cluster, network);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const why = networkFault(host, cluster, network, error);
    ctx.emit({ type: 'warning', message: `${name}: no task in network mode awsvpc can run there: ${why}` });
  }
}

function addressOf(input: Input): HostAddress {
  const named = input.attributes?.filter(({ name }) => name === 'longshore.host') ?? [];
  if (named.length > 1)
    throw new EcsError(
      'InvalidParameterException',
      'The attribute longshore.host is given more than once, and one host is registered at a time.',
    );
  const text = input.host ?? named[0]?.value;
  // With the API there is no flag, and of an error it has no more than the message.
  if (text === undefined)
    throw new EcsError(
      'InvalidParameterException',
      'The host to register is not named: give the attribute name=longshore.host,value=ssh://USER@HOST.',
      'Name it: --host deploy@10.0.0.11 (or the attribute longshore.host)',
    );
  const address = parseAddress(text);
  if (address.scheme === 'unix') return address;
  return {
    ...address,
    ...(input.identityFile === undefined ? {} : { identityFile: input.identityFile }),
    ...(input.proxyJump === undefined ? {} : { proxyJump: input.proxyJump }),
  };
}

async function clusterFor(ctx: EngineContext, cluster: string | undefined): Promise<string> {
  const name = clusterName(cluster ?? 'default');
  if (name === 'default') return (await ensureCluster(ctx, name)).name;
  const record = await ctx.store.get<ClusterRecord>(keys.cluster(name));
  checkActive(record?.value, name);
  return name;
}

/** What the user says of a host, as opposed to what is found out. */
type Said = Pick<
  InstanceRecord,
  'zone' | 'reserve' | 'portRange' | 'publishAddress' | 'gpus' | 'custom' | 'tags'
>;

function saidBefore(known: InstanceRecord | undefined): Said {
  const nothing: Said = { reserve: { cpu: 0, memory: 0 }, portRange: DYNAMIC_PORTS, custom: [], tags: [] };
  if (known === undefined) return nothing;
  const { zone, reserve, portRange: range, publishAddress, gpus, custom, tags } = known;
  return { zone, reserve, portRange: range, publishAddress, gpus, custom, tags };
}

function saidNow(input: Input, range: [number, number] | undefined): Partial<Said> {
  const { zone, reserve, publishAddress, gpus, attributes, tags } = input;
  const custom = attributes?.filter((attribute) => attribute.name !== 'longshore.host') ?? [];
  return {
    ...(zone === undefined ? {} : { zone }),
    ...(reserve === undefined ? {} : { reserve: { cpu: reserve.cpu ?? 0, memory: reserve.memory ?? 0 } }),
    ...(range === undefined ? {} : { portRange: range }),
    ...(publishAddress === undefined ? {} : { publishAddress }),
    ...(gpus === undefined ? {} : { gpus: gpuCount(gpus) }),
    ...(custom.length === 0 ? {} : { custom }),
    ...(tags === undefined ? {} : { tags }),
  };
}

type Identity = Pick<InstanceRecord, 'id' | 'cluster' | 'name' | 'address' | 'marker'>;

function draftInstance(ctx: EngineContext, who: Identity, said: Said, facts: HostFacts): InstanceRecord {
  const now = ctx.clock();
  const hostKey = ctx.hosts.hostKeyFingerprint(who.address);
  return {
    ...who,
    ...said,
    ...(hostKey === undefined ? {} : { hostKey }),
    status: 'ACTIVE',
    connected: true,
    seenAt: now,
    registeredAt: now,
    attributes: attributesFor(who.address, said, facts, ctx.hosts.networkName(who.address)),
    registered: {
      cpu: facts.cpus * 1024,
      memory: Math.floor(facts.memoryBytes / 1024 ** 2),
      gpus: said.gpus ?? facts.gpus,
    },
    listening: [],
    engineVersion: facts.engineVersion,
    clockOffset: facts.clockOffset,
  };
}

/** Built-in attributes, ours that tell where the host is, and the user's own over all. */
function attributesFor(
  address: HostAddress,
  said: Said,
  facts: HostFacts,
  networkName: string | undefined,
): Attribute[] {
  const attributes = new Map<string, Attribute>(attributesOf(facts).map((a) => [a.name ?? '', a]));
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) attributes.set(name, { name, value });
  };
  // A name of the SSH configuration opens no web page: what it stands for does.
  const reached = address.scheme === 'unix' ? 'localhost' : (networkName ?? address.host);
  set('ecs.availability-zone', said.zone);
  set('longshore.host', formatAddress(address));
  set('longshore.publish-address', said.publishAddress ?? reached);
  for (const attribute of said.custom) attributes.set(attribute.name ?? '', attribute);
  return [...attributes.values()];
}

function portRange(text: string): [number, number] {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text.trim());
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  if (from >= 1 && to <= 65535 && from <= to) return [from, to];
  const message = `portRange is "${text.slice(0, 100)}"; it takes two ports, as in 40000-49999.`;
  throw new EcsError('InvalidParameterException', message);
}

function gpuCount(count: number): number {
  if (count >= 0 && count <= mostGpus) return count;
  throw new EcsError('InvalidParameterException', `gpus is ${count}; it takes 0 to ${mostGpus}.`);
}

/** A new instance, or the known one with what is new of it. */
async function saveInstance(ctx: EngineContext, fresh: InstanceRecord): Promise<InstanceRecord> {
  return transact(ctx.store, ctx, async (draft) => {
    const cluster = await draft.get<ClusterRecord>(keys.cluster(fresh.cluster));
    checkActive(cluster, fresh.cluster);
    const known = await draft.get<InstanceRecord>(keys.instance(fresh.cluster, fresh.id));
    const { status, registeredAt, version = 0 } = known ?? fresh;
    const record = { ...fresh, status, registeredAt, version };
    draft.put(putInstance(record));
    // Whoever deletes the cluster at this moment notices.
    if (known === undefined) draft.put(putCluster(cluster));
    const usage = keys.usage(fresh.cluster, fresh.id);
    if ((await draft.get(usage)) === undefined) draft.put({ key: usage, value: EMPTY_USAGE });
    return record;
  });
}
