import { label } from '../../../src/lib/agent/labels.js';
import type { Capacity, TaskResources } from '../../../src/lib/agent/types.js';
import type { DockerHost } from '../../../src/lib/hosts/docker-host.js';
import type { ContainerSummary } from '../../../src/lib/hosts/container-types.js';
import type { VirtualTime } from './virtual-time.js';

/**
 * An engine as racing clients meet it: a container is stamped when its creation begins and is seen by listings only
 * some time later; requests, answers and starts take as long as `delay` says. It watches that what runs on it never
 * exceeds its capacity.
 */
export class SlowEngine {
  /** What went over the capacity, in words. */
  readonly excesses: string[] = [];
  readonly #containers = new Map<string, ContainerSummary>();
  #ids = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly delay: () => number,
    private readonly capacity: Capacity,
  ) {}

  /** A connection of one client: what its process shares (listings under way) it does not share with other clients. */
  connect(): DockerHost {
    const host: Partial<DockerHost> = {
      name: 'slow',
      createContainer: (_name, { Labels = {} }) => this.#answer(() => this.#create(Labels)),
      listContainers: () => this.#answer(async () => [...this.#containers.values()].map((c) => ({ ...c }))),
      startContainer: (id) => this.#answer(() => this.#start(id)),
      removeContainer: (id) => this.#answer(async () => void this.#containers.delete(id)),
    };
    return host as DockerHost;
  }

  get running(): TaskResources[] {
    return [...this.#containers.values()].filter((c) => c.state === 'running').map(resourcesIn);
  }

  async #answer<T>(act: () => Promise<T>): Promise<T> {
    await this.time.sleep(this.delay());
    const answer = await act();
    await this.time.sleep(this.delay());
    return answer;
  }

  async #create(labels: Record<string, string>): Promise<string> {
    const id = String(++this.#ids);
    const created = Math.floor(this.time.clock() / 1000);
    await this.time.sleep(this.delay());
    const rest = { names: [], image: '', imageId: '', status: '', ports: [], addresses: [] };
    this.#containers.set(id, { id, created, state: 'created', labels, ...rest });
    return id;
  }

  async #start(id: string): Promise<void> {
    await this.time.sleep(this.delay());
    const container = this.#containers.get(id);
    if (!container) throw new Error(`No such container: ${id}`);
    container.state = 'running';
    const sum = (amount: 'cpu' | 'memory') => this.running.reduce((total, one) => total + one[amount], 0);
    const ports = this.running.flatMap((one) => one.ports);
    if (sum('cpu') > this.capacity.cpu) this.excesses.push(`${sum('cpu')} CPU units`);
    if (sum('memory') > this.capacity.memory) this.excesses.push(`${sum('memory')} MiB`);
    if (new Set(ports).size < ports.length) this.excesses.push(`ports ${ports.join(' ')}`);
  }
}

function resourcesIn(container: ContainerSummary): TaskResources {
  return JSON.parse(container.labels[label.resources] ?? '') as TaskResources;
}
