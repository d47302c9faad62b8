import type { DockerHost, ImageDetails, PullOptions } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { unlessAborted } from '../unless-aborted.js';
import { engineWords } from './engine-words.js';
import type { AgentEvent } from './types.js';

/** ECS_IMAGE_PULL_BEHAVIOR. `once` and `prefer-cached` are one here: no agent remembers what earlier tasks pulled. */
export type PullBehavior = 'default' | 'always' | 'once' | 'prefer-cached';

export interface PullRequest {
  behavior: PullBehavior;
  /** Seconds after which a pull is given up. */
  timeout: number;
  auth?: PullOptions['auth'];
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
 * many tasks want it; tasks that come while a pull is under way wait for that one and see its progress.
 */
export function createPuller(clock: () => number): Puller {
  const hosts = new WeakMap<DockerHost, Map<string, SharedPull>>();
  return {
    async provide(host, image, request) {
      request.signal?.throwIfAborted();
      const pulls = hosts.get(host) ?? new Map<string, SharedPull>();
      hosts.set(host, pulls);
      let pull = pulls.get(image);
      if (!pull || pull.abandoned) {
        pull = new SharedPull(host, image, request, clock);
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
    const pulled = await this.host.inspectImage(this.image);
    if (!pulled)
      throw new PullFailure(`CannotPullContainerError: ${this.image} is gone right after its pull`);
    return this.#found(pulled, (await before)?.id === pulled.id ? 'confirmed' : 'brought');
  }

  async #pull({ timeout, auth }: PullRequest): Promise<void> {
    this.#tell((this.#started = { type: 'pull-started', image: this.image, at: this.clock() }));
    await this.host.pullImage(this.image, {
      timeout,
      auth,
      signal: this.#giveUp.signal,
      onProgress: (progress) => this.#tell({ type: 'pull-progress', image: this.image, ...progress }),
    });
  }

  #found(image: ImageDetails, how: 'cached' | 'confirmed' | 'brought'): PulledImage {
    return {
      id: image.id,
      digest: digestOf(this.image, image),
      cached: how === 'cached',
      brought: how === 'brought',
    };
  }

  #failure(error: HostError): string {
    const remedy = `check the image's name, or bring it there without a registry: longshore push-image ${this.image} --hosts ${this.host.name}`;
    return `CannotPullContainerError: ${engineWords(error)} (${remedy})`;
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
  const repository = reference.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  const own = repoDigests.find((entry) => entry.startsWith(`${repository}@`)) ?? repoDigests[0];
  return own?.slice(own.indexOf('@') + 1);
}
