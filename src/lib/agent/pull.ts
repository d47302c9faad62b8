import type { DockerHost, ImageDetails, RegistryAuth } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { unlessAborted } from '../unless-aborted.js';
import { engineWords } from './engine-words.js';
import { SameImages, type OnDifference } from './same-image.js';
import type { AgentEvent } from './types.js';

/** ECS_IMAGE_PULL_BEHAVIOR. `once` and `prefer-cached` are one here: no agent remembers what earlier tasks pulled. */
export type PullBehavior = 'default' | 'always' | 'once' | 'prefer-cached';

export interface PullRequest {
  behavior: PullBehavior;
  /** Seconds after which a pull is given up. */
  timeout: number;
  /** Asked for when something has to be pulled. */
  auth?: () => Promise<RegistryAuth | undefined>;
  /** Gives up waiting; the pull itself ends when nobody waits for it any more. */
  signal?: AbortSignal;
  /** `pull-started` and `pull-progress` only where something is pulled; `pull-stopped` always. */
  onEvent?: (event: AgentEvent) => void;
  /** Awaited once the host has the image, once for those who wait for the same. */
  onProvided?: (image: PulledImage) => Promise<void>;
}

export interface PulledImage {
  /** The engine's id of the image. */
  id: string;
  /** `sha256:…` of the registry's manifest; undefined for an image that never came from a registry. */
  digest?: string;
  /** True where the engine's own copy is used, unpulled. */
  cached: boolean;
  /** True where the host had nothing, or something else, under the name: it came by this pull. */
  brought: boolean;
}

export interface Puller {
  /**
   * Sees to it that the host has the image. Throws PullFailure (its message is ECS's container reason), HostError where
   * the host is out of reach, or the signal's reason.
   */
  provide(host: DockerHost, image: string, request: PullRequest): Promise<PulledImage>;
}

/** The image can't be had: `CannotPullContainerError: …`. */
export class PullFailure extends Error {
  override name = 'PullFailure';
}

/**
 * A puller for one operation, such as a RunTask: it asks for each image once a host and remembers the answer, however
 * many tasks want it; tasks that come while a pull is under way wait for that one and see its progress. `agreed`: what
 * tags mean already, by the images' names (ECS: version consistency).
 */
export function createPuller(
  clock: () => number,
  onDifference: OnDifference = () => undefined,
  agreed?: ReadonlyMap<string, string>,
): Puller {
  const same = new SameImages(onDifference, agreed);
  const hosts = new WeakMap<DockerHost, Map<string, SharedPull>>();
  return {
    async provide(host, image, request) {
      request.signal?.throwIfAborted();
      const pulls = hosts.get(host) ?? new Map<string, SharedPull>();
      hosts.set(host, pulls);
      let pull = pulls.get(image);
      if (!pull || pull.abandoned) {
        pull = new SharedPull(host, image, request, clock, same);
        pulls.set(image, pull);
      }
      return pull.join(request);
    },
  };
}

/** One pull (or the finding that none is needed) and those who wait for it. */
class SharedPull {
  readonly #giveUp = new AbortController();
  readonly #listeners = new Set<(event: AgentEvent) => void>();
  readonly #result: Promise<PulledImage>;
  #started: AgentEvent | undefined;
  #waiting = 0;
  #settled = false;

  constructor(
    private readonly host: DockerHost,
    private readonly image: string,
    request: PullRequest,
    private readonly clock: () => number,
    private readonly same: SameImages,
  ) {
    this.#result = this.#provide(request).finally(() => {
      this.#settled = true;
    });
    // Those who gave up don't hear of it; nobody else may have joined.
    this.#result.catch(() => undefined);
  }

  /** Everyone gave it up before it ended, or it ended without an answer about the image: begin anew. */
  get abandoned(): boolean {
    return this.#giveUp.signal.aborted;
  }

  async join({ signal, onEvent }: PullRequest): Promise<PulledImage> {
    // Each join has a listener of its own, even where two tasks share the function.
    const listener = (event: AgentEvent) => onEvent?.(event);
    if (this.#started) listener(this.#started);
    this.#listeners.add(listener);
    this.#waiting += 1;
    try {
      const result = await unlessAborted(signal, this.#result);
      onEvent?.({ type: 'pull-stopped', image: this.image, at: this.clock(), cached: result.cached });
      return result;
    } catch (error) {
      if (error instanceof HostError) this.#giveUp.abort(error);
      throw error;
    } finally {
      this.#listeners.delete(listener);
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#settled) this.#giveUp.abort(signal?.reason);
    }
  }

  async #provide(request: PullRequest): Promise<PulledImage> {
    const image = await this.#run(request);
    await request.onProvided?.(image);
    return image;
  }

  async #run(request: PullRequest): Promise<PulledImage> {
    const { behavior } = request;
    // What is there now is found out beside a pull that comes in any case: registries take longer to answer.
    const before = this.host.inspectImage(this.image);
    before.catch(() => undefined);
    const present = behavior === 'always' ? undefined : await before;
    if (present && !wantsPull(behavior, this.image, present)) return this.#found(present, 'cached');
    try {
      await this.#pull(request);
    } catch (error) {
      // A pull that takes too long says nothing about the host.
      const isRefused = error instanceof HostError && (!error.isOutage || error.kind === 'timeout');
      if (!isRefused) throw error;
      if (present) return this.#found(present, 'cached');
      throw new PullFailure(this.#failure(error), { cause: error });
    }
    const how = (image: ImageDetails) =>
      before.then((one) => (one?.id === image.id ? 'confirmed' : 'brought'));
    const pulled = await this.#inspectPulled();
    const digest = digestOf(this.image, pulled);
    const agreed = digest && this.same.agreeOn(this.image, digest);
    const image = agreed === digest ? pulled : ((await this.#pullAgreed(agreed ?? '', request)) ?? pulled);
    return this.#found(image, await how(image));
  }

  async #inspectPulled(): Promise<ImageDetails> {
    const pulled = await this.host.inspectImage(this.image);
    if (pulled) return pulled;
    throw new PullFailure(`CannotPullContainerError: ${this.image} is gone right after its pull`);
  }

  /** The tag has moved since another host pulled it: here it is to mean what it meant there. undefined: it can't. */
  async #pullAgreed(digest: string, request: PullRequest): Promise<ImageDetails | undefined> {
    const exact = `${repositoryOf(this.image)}@${digest}`;
    try {
      await this.#pull(request, exact);
      await this.host.tagImage(exact, this.image);
      return await this.#inspectPulled();
    } catch (error) {
      if (error instanceof HostError && !error.isOutage) return undefined;
      throw error;
    }
  }

  async #pull({ timeout, auth: ask }: PullRequest, reference = this.image): Promise<void> {
    const auth = await ask?.();
    this.#tell((this.#started = { type: 'pull-started', image: this.image, at: this.clock() }));
    await this.host.pullImage(reference, {
      timeout,
      auth,
      signal: this.#giveUp.signal,
      onProgress: (progress) => this.#tell({ type: 'pull-progress', image: this.image, ...progress }),
    });
  }

  #found(image: ImageDetails, how: 'cached' | 'confirmed' | 'brought'): PulledImage {
    const digest = digestOf(this.image, image);
    if (digest !== undefined) this.same.compare(this.image, { host: this.host.name, digest });
    return { id: image.id, digest, cached: how === 'cached', brought: how === 'brought' };
  }

  #failure(error: HostError): string {
    const words = engineWords(error);
    const wantsPassword =
      /denied|unauthorized|authentication required|no basic auth|incorrect username/i.test(words);
    const first = wantsPassword ? 'docker login here if the registry asks for it' : "check the image's name";
    const remedy = `${first}, or bring it there without a registry: longshore push-image ${this.image}`;
    return `CannotPullContainerError: ${words} (${remedy})`;
  }

  #tell(event: AgentEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/**
 * ECS pulls by default even what is there, for the tag may have moved. Not so an image that never came from a registry
 * (nothing to pull: the attempt only costs time), nor one that is named by its digest (it can't have moved).
 */
function wantsPull(behavior: PullBehavior, reference: string, present: ImageDetails): boolean {
  return behavior === 'default' && present.repoDigests.length > 0 && !reference.includes('@sha256:');
}

function digestOf(reference: string, { repoDigests }: ImageDetails): string | undefined {
  const repository = repositoryOf(reference);
  const own = repoDigests.find((entry) => entry.startsWith(`${repository}@`)) ?? repoDigests[0];
  return own?.slice(own.indexOf('@') + 1);
}

const repositoryOf = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^/]*$/, '');
