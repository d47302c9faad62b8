import pLimit from 'p-limit';
import { containerInstanceArn } from '../../api/arn.js';
import { containerInstanceNotFound, EcsError } from '../../api/errors.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import type { PushedHost } from '../../api/operation-types.js';
import { HostError } from '../../hosts/host-error.js';
import { activeCluster } from '../clusters.js';
import { findInstance } from '../container-instances.js';
import { keys } from '../keys.js';
import type { EngineContext } from '../context.js';
import type { InstanceRecord } from '../records.js';
import { fetchImage, type Fetched } from './fetch.js';
import { nameOfImage } from './image-name.js';
import { provide, type Delivery } from './provide.js';
import { findSource, type Source } from './source.js';

type Input = OperationInput<'PushImage'>;

/** Hosts at once: the way out of this machine is what limits them. */
const AT_ONCE = 8;

/**
 * Brings images to the hosts of a cluster without a registry: each is read once, kept in a file meanwhile, and sent to
 * all hosts at once, without the layers that they have. Done again it sends nothing. A host that fails is told of, and
 * the others go on. Images go one after the other, so that what they share is sent once.
 * Errors: ClusterNotFoundException, InvalidParameterException, ClientException (nobody has the image); HostError (of
 * the engine that it comes from).
 */
export async function pushImage(input: Input, ctx: EngineContext): Promise<OperationOutput<'PushImage'>> {
  const references = input.images.map(nameOfImage);
  const cluster = await activeCluster(ctx, input.cluster);
  const instances = await instancesOf(ctx, cluster);
  const targets = input.hosts === undefined ? instances : await named(ctx, cluster, input.hosts);
  if (targets.length === 0) {
    throw new EcsError(
      'ClientException',
      `The cluster ${cluster} has no hosts.`,
      `Add one: longshore register-container-instance --cluster ${cluster} --host HOST`,
    );
  }
  const images = [];
  for (const reference of references) {
    const source = await findSource(ctx, reference, input.from, instances);
    const hosts = await pushToAll(ctx, reference, source, targets);
    images.push({ image: reference, imageId: source.image.id, source: source.name, hosts });
  }
  return { images };
}

async function instancesOf(ctx: EngineContext, cluster: string): Promise<InstanceRecord[]> {
  const entries = await ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) });
  return entries.map((entry) => entry.value).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function named(
  ctx: EngineContext,
  cluster: string,
  names: readonly string[],
): Promise<InstanceRecord[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      const instance = await findInstance(ctx, cluster, name);
      if (instance === undefined) throw containerInstanceNotFound(name);
      return instance;
    }),
  );
  return [...new Map(found.map((instance) => [instance.id, instance])).values()];
}

async function pushToAll(
  ctx: EngineContext,
  reference: string,
  source: Source,
  targets: readonly InstanceRecord[],
): Promise<PushedHost[]> {
  let fetching: Promise<Fetched> | undefined;
  // Read when the first host needs it: where all have it, it stays where it is.
  const fetched = () => (fetching ??= fetchImage(ctx, reference, source));
  const limit = pLimit(AT_ONCE);
  try {
    const pushing = targets.map((instance) =>
      limit(() => pushTo(ctx, instance, { reference, source, fetched })),
    );
    const outcomes = await Promise.allSettled(pushing);
    const broken = outcomes.find((outcome) => outcome.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  } finally {
    await fetching?.then(
      ({ spool }) => spool.close(),
      () => undefined,
    );
  }
}

async function pushTo(ctx: EngineContext, instance: InstanceRecord, delivery: Delivery): Promise<PushedHost> {
  const { cluster, id, name } = instance;
  const who = { host: name, containerInstanceArn: containerInstanceArn(ctx.identity, cluster, id) };
  const began = ctx.clock();
  try {
    ctx.signal.throwIfAborted();
    ctx.emit({ type: 'host-connecting', host: name });
    const host = await ctx.hosts.connect(instance.address, name, { signal: ctx.signal });
    ctx.emit({ type: 'host-connected', host: name, milliseconds: ctx.clock() - began });
    return { ...who, ...(await provide(ctx, host, delivery)) };
  } catch (error) {
    // What is wrong with the engine that it comes from is wrong for all.
    if (!(error instanceof HostError) || error.host !== name || ctx.signal.aborted) throw error;
    ctx.emit({ type: 'host-failed', host: name, error });
    return { ...who, status: 'FAILED', sentBytes: 0, reason: error.message };
  }
}
