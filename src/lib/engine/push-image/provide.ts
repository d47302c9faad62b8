import pLimit from 'p-limit';
import type { PushedHost } from '../../api/operation-types.js';
import type { DockerHost, ImageDetails } from '../../hosts/docker-host.js';
import { HostError } from '../../hosts/host-error.js';
import { ecsArchitecture } from '../../hosts/probe.js';
import type { EngineContext } from '../context.js';
import { bytesOf, rangesWithout, tarEnd, type Range } from './archive.js';
import type { Fetched } from './fetch.js';
import { foreignArchitecture, imageStoreOf, isSameImage, planPush, type Plan, type Placed } from './plan.js';

/** An image on its way to hosts. */
export interface Delivery {
  reference: string;
  source: Placed;
  /** The same for all hosts. */
  fetched: () => Promise<Fetched>;
}

type Provided = Pick<PushedHost, 'status' | 'sentBytes'>;

/** Sees to it that a host has the image, and sends no more than it lacks. Throws HostError; what `fetched` throws. */
export async function provide(ctx: EngineContext, host: DockerHost, delivery: Delivery): Promise<Provided> {
  const { reference, source } = delivery;
  const info = await host.info();
  const made = foreignArchitecture(source.image, info);
  // A store on containerd may hold the image for several.
  if (made !== undefined && source.store === 'classic')
    throw madeForOthers(host.name, reference, made, info.architecture);
  const store = imageStoreOf(info);
  const plan = await planFor(host, delivery, store);
  if (plan.kind === 'present') return { status: 'PRESENT', sentBytes: 0 };
  if (plan.kind === 'tag') await host.tagImage(plan.id, reference);
  const sentBytes = plan.kind === 'tag' ? 0 : await send(ctx, host, delivery, plan);
  const image = await host.inspectImage(reference);
  if (image !== undefined && isSameImage(source, { image, store })) return { status: 'PUSHED', sentBytes };
  throw new HostError(
    host.name,
    'engine',
    `${host.name}: ${reference} is not the image that was sent`,
    'run it again; somebody else may have given that name to another image at the same time',
  );
}

/** Questions to one engine at once. */
const QUESTIONS = 8;

async function planFor(
  host: DockerHost,
  { reference, source }: Delivery,
  store: Placed['store'],
): Promise<Plan> {
  const [named, all] = await Promise.all([host.inspectImage(reference), host.listImages()]);
  const early = planPush(source, { store, named, images: [] });
  if (early.kind === 'present') return early;
  const limit = pLimit(QUESTIONS);
  const images = await Promise.all(all.map(({ id }) => limit(() => host.inspectImage(id))));
  const there = images.filter((image): image is ImageDetails => image !== undefined);
  return planPush(source, { store, named, images: there });
}

/** Returns how many bytes went out. */
async function send(
  ctx: EngineContext,
  host: DockerHost,
  delivery: Delivery,
  lacks: Extract<Plan, { kind: 'send' }>,
): Promise<number> {
  const { archive } = await delivery.fetched();
  const parts = lacks.store === 'classic' ? rangesWithout(archive, lacks.omit) : undefined;
  const whole = () => load(ctx, host, delivery, [[0, archive.size]], []);
  if (parts === undefined) return whole();
  try {
    return await load(ctx, host, delivery, parts, [tarEnd]);
  } catch (error) {
    // Somebody may have removed an image since it was looked at, and a layer with it.
    const isMissing = error instanceof HostError && !error.isOutage && !/no space left/i.test(error.message);
    if (lacks.omit === 0 || !isMissing) throw error;
    return whole();
  }
}

async function load(
  ctx: EngineContext,
  host: DockerHost,
  { reference, fetched }: Delivery,
  ranges: readonly Range[],
  end: readonly Buffer[],
): Promise<number> {
  const { spool } = await fetched();
  const total = bytesOf(ranges) + end.reduce((sum, { length }) => sum + length, 0);
  const tell = (current: number, done: boolean) => {
    const what = current < total ? 'sending' : 'loading';
    ctx.emit({ type: 'transfer', host: host.name, image: reference, what, current, total, done });
  };
  const free = await host.freeDisk();
  if (free !== undefined && free < total) throw noRoomOn(host.name, reference, total, free);
  const archive = async function* () {
    yield* spool.read(ranges);
    yield* end;
  };
  try {
    tell(0, false);
    await host.loadImage(archive, { signal: ctx.signal, onProgress: (sent) => tell(sent, false) });
    return total;
  } finally {
    tell(total, true);
  }
}

/** An engine unpacks what comes beside what it has, so less than this is too little in any case. */
const noRoomOn = (host: string, reference: string, needed: number, free: number): HostError =>
  new HostError(
    host,
    'engine',
    `${host}: no space left on its disk: ${reference} has ${mebibytes(needed)} MiB that it lacks, ${mebibytes(free)} MiB are free`,
    'free disk space there: docker system prune',
  );

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

const madeForOthers = (host: string, reference: string, made: string, has: string): HostError =>
  new HostError(
    host,
    'engine',
    `${host}: ${reference} is made for ${made}, and the host is ${ecsArchitecture(has)}`,
    `build it for that: docker build --platform linux/${ecsArchitecture(has) === 'arm64' ? 'arm64' : 'amd64'}`,
  );
