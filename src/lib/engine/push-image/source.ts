import { EcsError } from '../../api/errors.js';
import { formatAddress, parseAddress, type HostAddress } from '../../hosts/address.js';
import type { DockerHost } from '../../hosts/docker-host.js';
import { HostError } from '../../hosts/host-error.js';
import { instanceAmong } from '../instance-among.js';
import { reach } from '../sight.js';
import type { EngineContext } from '../context.js';
import type { InstanceRecord } from '../records.js';
import { imageStoreOf, isSameImage, type Placed } from './plan.js';

/** Where an image comes from. */
export interface Source extends Placed {
  /** What people call it. */
  name: string;
  host: DockerHost;
}

/** How this machine's own engine is called. */
const thisMachine = 'this machine';

/**
 * The engine that an image is taken from: `from` says which (`local`, a host's name or address); without, this
 * machine's where it has the image, else a host's.
 * Errors: ClientException (nobody has it, or hosts have different ones), InvalidParameterException (an address); HostError.
 */
export async function findSource(
  ctx: EngineContext,
  reference: string,
  from: string | undefined,
  instances: readonly InstanceRecord[],
): Promise<Source> {
  if (from !== undefined) {
    const host = await named(ctx, from, instances);
    const source = await holds(host, host.name, reference);
    if (source !== undefined) return source;
    throw new EcsError(
      'ClientException',
      `${host.name} has no image ${reference}.`,
      'docker images shows what there is',
    );
  }
  const local = await localEngine(ctx).catch(noEngine);
  const here = local && (await holds(local, thisMachine, reference));
  if (here !== undefined) return here;
  const there = await Promise.all(instances.map((instance) => onInstance(ctx, instance, reference)));
  const first = onlyOne(
    there.filter((source) => source !== undefined),
    reference,
  );
  if (first !== undefined) {
    ctx.emit({ type: 'note', message: `${reference} comes from ${first.name}, since this machine has none` });
    return first;
  }
  const whose =
    local === undefined ? 'None of the hosts' : "Neither this machine's engine nor one of the hosts";
  throw new EcsError(
    'ClientException',
    `${whose} has the image ${reference}.`,
    'Build or pull it on this machine, or name a host that has it: --from HOST',
  );
}

/** The first, where all are the same image. Which of several was meant nobody knows but who asks. */
function onlyOne(sources: readonly Source[], reference: string): Source | undefined {
  const [first, ...others] = sources;
  const other = first && others.find((source) => !isSameImage(first, source));
  if (first === undefined || other === undefined) return first;
  throw new EcsError(
    'ClientException',
    `${first.name} and ${other.name} have different images called ${reference}.`,
    `Say whose is meant: --from ${first.name}`,
  );
}

/** A machine without an engine, or whose engine can't be spoken to, has no images. */
function noEngine(error: unknown): undefined {
  if (!(error instanceof HostError) && !(error instanceof EcsError)) throw error;
}

async function localEngine(ctx: EngineContext): Promise<DockerHost> {
  return connect(ctx, await ctx.machine.engineAddress(), thisMachine);
}

async function named(
  ctx: EngineContext,
  from: string,
  instances: readonly InstanceRecord[],
): Promise<DockerHost> {
  if (from === 'local') return localEngine(ctx);
  const known = instanceAmong(instances, from);
  if (known !== undefined) return connect(ctx, known.address, known.name);
  const address = parseAddress(from);
  const there = instances.find((one) => formatAddress(one.address) === formatAddress(address));
  return connect(ctx, there?.address ?? address, there?.name ?? from);
}

const connect = (ctx: EngineContext, address: HostAddress, name: string): Promise<DockerHost> =>
  ctx.hosts.connect(address, name, { signal: ctx.signal });

async function holds(host: DockerHost, name: string, reference: string): Promise<Source | undefined> {
  const [image, info] = await Promise.all([host.inspectImage(reference), host.info()]);
  return image && { name, host, image, store: imageStoreOf(info) };
}

/** A host that fails is told of, and has nothing. */
async function onInstance(
  ctx: EngineContext,
  instance: InstanceRecord,
  reference: string,
): Promise<Source | undefined> {
  const host = await reach(ctx, instance);
  try {
    return host && (await holds(host, instance.name, reference));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    ctx.emit({ type: 'host-failed', host: instance.name, error });
    return undefined;
  }
}
