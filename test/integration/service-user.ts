import { expect } from 'vitest';
import type { ServiceEndpoint } from '../../src/lib/api/service-types.js';
import type { DescribeServicesResponse, ListTasksResponse, Service } from '../../src/lib/api/types.js';
import type { TestCluster } from '../hosts/cluster.js';
import { waitUntil } from '../hosts/wait.js';
import { labelled, runningTasks, type Labelled } from './labels.js';
import { type Command, idOf, User } from './longshore.js';

/** A user with services: healthy two seconds after RUNNING, hosts given up after three. */
export class ServiceUser extends User {
  private readonly watchers: Command[] = [];

  constructor(
    private readonly cluster: TestCluster,
    env: Record<string, string> = {},
  ) {
    super(cluster, {
      env: {
        LONGSHORE_HEALTHY_AFTER: '2',
        LONGSHORE_HOST_GRACE: '3',
        LONGSHORE_CONNECT_TIMEOUT: '3',
        ...env,
      },
    });
  }

  /** By the records alone; `--refresh` looks at the hosts first. Throws where there is none of that name. */
  async service(name: string, ...more: string[]): Promise<Service> {
    const service = await this.serviceIfAny(name, ...more);
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service;
  }

  async serviceIfAny(name: string, look = '--no-refresh'): Promise<Service | undefined> {
    const words = ['describe-services', '--services', name, look];
    return (await this.json<DescribeServicesResponse>(...words)).services?.[0];
  }

  async endpoints(name: string): Promise<ServiceEndpoint[]> {
    return (await this.json<{ endpoints: ServiceEndpoint[] }>('endpoints', '--service', name)).endpoints;
  }

  /** Keeps the services until it is ended. */
  async watch(timeoutMs = 300_000): Promise<Command> {
    const watcher = this.startWatcher(timeoutMs);
    await waitUntil('the watcher', 20_000, async () =>
      Promise.resolve(/keeping the services/.test(watcher.printed.stderr)),
    );
    return watcher;
  }

  /** The same, at once: it may not keep them yet. */
  startWatcher(timeoutMs = 300_000): Command {
    const watcher = this.start(['reconcile', '--watch'], { timeoutMs });
    this.watchers.push(watcher);
    return watcher;
  }

  /** A test that failed may have left some. */
  endWatchers(): void {
    for (const watcher of this.watchers) watcher.signal('SIGKILL');
  }

  /** How many tasks of a service run on the hosts, past SSH and past Longshore. */
  async running(name: string): Promise<number> {
    return (await this.tasksOn(name)).length;
  }

  /** Those that run, and their hosts, by what the engines that are there show; a container of each. */
  async tasksOn(name: string): Promise<Labelled[]> {
    const answering = this.cluster.hosts.filter(
      (host) => host.isOn() && !host.faults().includes('engine-killed'),
    );
    const containers = await labelled(answering);
    // One container of each task tells of it.
    const group = ({ labels }: Labelled) =>
      (JSON.parse(labels['longshore.task'] || '{}') as { group?: string }).group;
    const own = new Set(
      containers.filter((one) => group(one) === `service:${name}`).map(({ taskId }) => taskId),
    );
    return runningTasks(containers).filter(({ taskId }) => own.has(taskId));
  }

  /** Ids of a service's tasks that are to run, by the records alone. */
  async recorded(name: string): Promise<string[]> {
    const words = ['list-tasks', '--service-name', name, '--no-refresh'];
    return ((await this.json<ListTasksResponse>(...words)).taskArns ?? []).map(idOf).sort();
  }

  async settles(name: string, count: number, within = 60_000): Promise<void> {
    await waitUntil(`${count} tasks of ${name}`, within, async () => (await this.running(name)) === count);
  }

  /** All that runs of a service is in the records, each once, and there are so many. */
  async expectOnly(name: string, count: number): Promise<void> {
    await this.ok('list-tasks');
    const running = (await this.tasksOn(name)).map(({ taskId }) => taskId).sort();
    expect(running).toEqual(await this.recorded(name));
    expect(running).toHaveLength(count);
  }
}
