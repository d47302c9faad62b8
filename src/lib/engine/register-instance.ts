import type { Attribute } from '../api/types.js';
import type { OperationInput, OperationOutput } from '../api/operations.js';
import { clusterName } from '../api/arn.js';
import { EcsError, clusterNotFound } from '../api/errors.js';
import { formatAddress, parseAddress, type HostAddress } from '../hosts/address.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { createMarker, readMarkers, type Marker } from '../hosts/marker.js';
import { attributesOf, probeHost, type HostFacts } from '../hosts/probe.js';
import { transact } from '../store/transact.js';
import { adoptTasks } from './adopt.js';
import { ensureCluster } from './clusters.js';
import { showInstance } from './container-instances.js';
import { noteUsage } from './host-usage.js';
import { indexes, keys, putInstance } from './keys.js';
import { EMPTY_USAGE } from './placement.js';
import { observeTasks } from './refresh.js';
import type { EngineContext } from './context.js';
import type { ClusterRecord, InstanceRecord } from './records.js';

type Input = OperationInput<'RegisterContainerInstance'>;

/** ECS agent: /proc/sys/net/ipv4/ip_local_port_range, else this. Linux's own default begins at 32768. */
const DYNAMIC_PORTS: [number, number] = [32768, 60999];

/**
 * Makes a host a container instance: connects, probes, marks it, and takes over what of the cluster runs on it.
 * Done again it changes nothing: a host that is marked as this cluster's comes back as the instance that it is.
 * The host is `host`, or the attribute `longshore.host`. The cluster `default` is created where there is none.
 * Errors: ClusterNotFoundException, InvalidParameterException, ClientException (another cluster's marker); HostError.
 */
export async function registerContainerInstance(
  input: Input,
  ctx: EngineContext,
): Promise<OperationOutput<'RegisterContainerInstance'>> {
  const address = addressOf(input);
  const name = input.name ?? nameOf(address);
  const cluster = await clusterFor(ctx, input.cluster);
  ctx.emit({ type: 'host-connecting', host: name });
  const began = ctx.clock();
  const host = await ctx.hosts.connect(address, name);
  ctx.emit({ type: 'host-connected', host: name, milliseconds: ctx.clock() - began });
  const known = await knownAt(ctx, cluster, address, name);
  const marker = await claimHost(ctx, host, cluster, name, known, input.shared ?? false);
  const facts = await probeHost(host);
  for (const warning of facts.warnings) ctx.emit({ type: 'warning', message: `${name}: ${warning}` });
  const record = await saveInstance(
    ctx,
    draftInstance(ctx, input, { address, name, cluster, id: marker.instanceId }, facts),
  );
  const adopted = await adoptTasks(ctx, record, host, await observeTasks(host, cluster));
  if (adopted > 0)
    ctx.emit({
      type: 'note',
      message: `${name}: ${adopted} running task${adopted === 1 ? '' : 's'} taken over`,
    });
  await noteUsage(ctx, record, host);
  return { containerInstance: await showInstance(ctx, record) };
}

function addressOf(input: Input): HostAddress {
  const text = input.host ?? input.attributes?.find((a) => a.name === 'longshore.host')?.value;
  if (text === undefined) {
    throw new EcsError(
      'InvalidParameterException',
      'The host to register is not named.',
      'Name it: --host deploy@10.0.0.11 (or the attribute longshore.host)',
    );
  }
  const address = parseAddress(text);
  if (address.scheme === 'unix') return address;
  return {
    ...address,
    ...(input.identityFile === undefined ? {} : { identityFile: input.identityFile }),
    ...(input.proxyJump === undefined ? {} : { proxyJump: input.proxyJump }),
  };
}

const nameOf = (address: HostAddress) => (address.scheme === 'unix' ? 'localhost' : address.host);

async function clusterFor(ctx: EngineContext, cluster: string | undefined): Promise<string> {
  const name = clusterName(cluster ?? 'default');
  if (name === 'default') return (await ensureCluster(ctx, name)).name;
  const record = await ctx.store.get<ClusterRecord>(keys.cluster(name));
  if (record?.value.status !== 'ACTIVE') throw clusterNotFound(name);
  return name;
}

/** The instance that this state has under that address, or under that name. */
async function knownAt(
  ctx: EngineContext,
  cluster: string,
  address: HostAddress,
  name: string,
): Promise<InstanceRecord | undefined> {
  const instances = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  const text = formatAddress(address);
  const known = instances.map((e) => e.value).find((i) => formatAddress(i.address) === text);
  const [named] = await ctx.store.list<InstanceRecord>({
    index: indexes.instanceName(cluster, name),
    limit: 1,
  });
  if (named !== undefined && formatAddress(named.value.address) !== text) {
    throw new EcsError(
      'InvalidParameterException',
      `The cluster ${cluster} has a host named ${name} already (${formatAddress(named.value.address)}).`,
      'Give this one another name: --name, or name: in the hosts file',
    );
  }
  return known;
}

/** The host's marker says who it is; the first to set it wins. */
async function claimHost(
  ctx: EngineContext,
  host: DockerHost,
  cluster: string,
  name: string,
  known: InstanceRecord | undefined,
  shared: boolean,
): Promise<Marker> {
  const markers = await readMarkers(host);
  const own = markers.find((m) => m.cluster === cluster);
  if (known !== undefined && own?.instanceId !== known.id) {
    throw new EcsError(
      'ClientException',
      `${name} is not the host that was registered under this address: ${own === undefined ? 'its marker is gone (re-imaged, or another machine)' : 'it carries another marker'}.`,
      `If it is to take the old one's place: longshore deregister-container-instance --cluster ${cluster} --container-instance ${known.id} --force, then register it again`,
    );
  }
  const other = markers.find((m) => m.cluster !== cluster);
  if (own === undefined && other !== undefined && !shared) {
    throw new EcsError(
      'ClientException',
      `${name} belongs to the cluster ${other.cluster} already.`,
      'Register it with --shared to let both clusters use it (each then sees what the other takes), or deregister it there first',
    );
  }
  return own ?? createMarker(host, { instanceId: ctx.newId(), cluster }, { shared });
}

interface Identity {
  id: string;
  cluster: string;
  name: string;
  address: HostAddress;
}

function draftInstance(ctx: EngineContext, input: Input, who: Identity, facts: HostFacts): InstanceRecord {
  const now = ctx.clock();
  const hostKey = ctx.hosts.hostKeyFingerprint(who.address);
  return {
    ...who,
    ...(hostKey === undefined ? {} : { hostKey }),
    status: 'ACTIVE',
    connected: true,
    seenAt: now,
    registeredAt: now,
    ...(input.zone === undefined ? {} : { zone: input.zone }),
    attributes: attributesFor(input, who, facts),
    registered: { cpu: facts.cpus * 1024, memory: Math.floor(facts.memoryBytes / 1024 ** 2), gpus: 0 },
    reserve: { cpu: input.reserve?.cpu ?? 0, memory: input.reserve?.memory ?? 0 },
    portRange: input.portRange === undefined ? DYNAMIC_PORTS : portRange(input.portRange),
    ...(input.publishAddress === undefined ? {} : { publishAddress: input.publishAddress }),
    listening: [],
    engineVersion: facts.engineVersion,
    clockOffset: facts.clockOffset,
    tags: input.tags ?? [],
  };
}

/** Built-in attributes, ours that tell where the host is, and the user's own over all. */
function attributesFor(input: Input, who: Identity, facts: HostFacts): Attribute[] {
  const { address } = who;
  const attributes = new Map<string, Attribute>(attributesOf(facts).map((a) => [a.name ?? '', a]));
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) attributes.set(name, { name, value });
  };
  set('ecs.availability-zone', input.zone);
  set('longshore.host', formatAddress(address));
  set(
    'longshore.publish-address',
    input.publishAddress ?? (address.scheme === 'unix' ? 'localhost' : address.host),
  );
  for (const attribute of input.attributes ?? []) {
    if (attribute.name !== undefined && attribute.name !== 'longshore.host')
      attributes.set(attribute.name, attribute);
  }
  return [...attributes.values()];
}

function portRange(text: string): [number, number] {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text.trim());
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  if (from >= 1 && to <= 65535 && from <= to) return [from, to];
  throw new EcsError(
    'InvalidParameterException',
    `portRange is "${text}"; it takes two ports, as in 40000-49999.`,
  );
}

/** A new instance, or the known one with what may have changed since; state, tags and reserve stay unless given anew. */
async function saveInstance(ctx: EngineContext, fresh: InstanceRecord): Promise<InstanceRecord> {
  return transact(ctx.store, ctx, async (draft) => {
    const cluster = await draft.get<ClusterRecord>(keys.cluster(fresh.cluster));
    if (cluster?.status !== 'ACTIVE') throw clusterNotFound(fresh.cluster);
    const known = await draft.get<InstanceRecord>(keys.instance(fresh.cluster, fresh.id));
    const record: InstanceRecord =
      known === undefined
        ? fresh
        : {
            ...fresh,
            status: known.status,
            registeredAt: known.registeredAt,
            tags: fresh.tags.length > 0 ? fresh.tags : known.tags,
          };
    draft.put(putInstance(record));
    const usage = keys.usage(fresh.cluster, fresh.id);
    if ((await draft.get(usage)) === undefined) draft.put({ key: usage, value: EMPTY_USAGE });
    return record;
  });
}
