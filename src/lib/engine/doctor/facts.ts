import { HostError } from '../../hosts/host-error.js';
import type { HostAddress } from '../../hosts/address.js';
import type { DockerHost, EngineInfo } from '../../hosts/docker-host.js';
import type { HostSight } from '../../hosts/hosts.js';
import { readMarkers, type Marker } from '../../hosts/marker.js';
import type { EngineContext } from '../context.js';
import type { InstanceRecord } from '../records.js';

/** A host to look at, and what the state knows of it. */
export interface Patient {
  name: string;
  address: HostAddress;
  instance?: InstanceRecord;
}

/** All that the checks of a host go by. What could not be found out is undefined. */
export interface HostFacts extends Patient {
  /** OpenSSH configuration other than the user's own: commands for people name it. */
  sshConfigFile: string | undefined;
  /** Milliseconds that it took to reach the engine. */
  connecting: number;
  /** Why the engine could not be reached, or not be asked. */
  error: HostError | undefined;
  /** `SHA256:…` of the SSH host key. */
  hostKey: string | undefined;
  sight: HostSight | undefined;
  info: EngineInfo | undefined;
  /** The oldest first. */
  markers: Marker[] | undefined;
  /** Ports that containers publish on all addresses: `80/tcp`. */
  published: string[] | undefined;
  /** How many of the cluster's hosts are of each architecture, in ECS's names. */
  architectures: ReadonlyMap<string, number>;
}

/** Whether anybody could log in; where not, nothing more is known of the host. */
export const isReached = (facts: HostFacts): boolean => facts.sight !== undefined || facts.info !== undefined;

const dataRootByDefault = '/var/lib/docker';
/** Kinds of failures after which a second try would only take its time. */
const outOfReach = new Set(['unreachable', 'auth', 'host-key-unknown', 'host-key-changed', 'lost']);

/** Asks a host for everything, once. Changes nothing; throws only what is no fault of the host. */
export async function gatherFacts(ctx: EngineContext, patient: Patient): Promise<HostFacts> {
  const { name, address } = patient;
  const began = ctx.clock();
  ctx.emit({ type: 'host-connecting', host: name });
  const reached = await attempt(ctx.hosts.connect(address, name, { signal: ctx.signal }));
  const connecting = ctx.clock() - began;
  ctx.emit({ type: 'host-connected', host: name, milliseconds: connecting });
  const [info, rest] = await askEngine(reached.value);
  const error = reached.error ?? info.error ?? rest.error;
  const sight = outOfReach.has(error?.kind ?? '')
    ? undefined
    : await ctx.hosts.survey(address, info.value?.dockerRootDir || dataRootByDefault);
  return {
    ...patient,
    sshConfigFile: ctx.machine.sshConfigFile,
    connecting,
    error,
    hostKey: ctx.hosts.hostKeyFingerprint(address),
    sight,
    info: info.value,
    markers: rest.value?.markers,
    published: rest.value?.published,
    architectures: new Map(),
  };
}

interface Attempt<T> {
  value: T | undefined;
  error: HostError | undefined;
}

async function attempt<T>(working: Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await working, error: undefined };
  } catch (error) {
    if (error instanceof HostError) return { value: undefined, error };
    throw error;
  }
}

type Rest = Required<Pick<HostFacts, 'markers' | 'published'>>;

async function askEngine(host: DockerHost | undefined): Promise<[Attempt<EngineInfo>, Attempt<Rest>]> {
  const nothing = { value: undefined, error: undefined };
  if (host === undefined) return [nothing, nothing];
  const info = await attempt(host.info({ fresh: true }));
  // An engine that hangs would hang again.
  if (info.error?.isOutage) return [info, nothing];
  return [info, await attempt(askMore(host))];
}

async function askMore(host: DockerHost): Promise<Rest> {
  const [markers, containers] = await Promise.all([readMarkers(host), host.listContainers({})]);
  const open = containers
    .flatMap((container) => container.ports)
    .filter(({ ip = '', publicPort }) => publicPort !== undefined && (ip === '0.0.0.0' || ip === '::'))
    .map(({ publicPort, type }) => `${publicPort}/${type}`);
  return { markers, published: [...new Set(open)] };
}
