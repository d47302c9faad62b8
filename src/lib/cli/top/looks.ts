import { setTimeout as sleep } from 'node:timers/promises';
import type { DescribeUsageRequest, DescribeUsageResponse, TaskUsage } from '../../api/usage-types.js';
import type { Engine } from '../../engine/engine.js';
import { nameOf } from '../people-words.js';
import { modelOf, type Model } from './model.js';

/** Ms from one look to the next. */
const INTERVAL = 2000;
/** Ms from the first look to the second: only two tell how much CPU is used. */
const SECOND = 1000;
/** Ms after which a host that has not answered is shown so. It may answer yet. */
const PATIENCE = 3000;
/** Ms until a host that could not be reached is tried again. */
const AGAIN = 10_000;
/** Tasks of one host that one look asks for their figures: those in sight, then those that had to wait longest. */
const AT_ONCE = 40;

export interface LooksOptions {
  engine: Pick<Engine, 'call'>;
  /** What of the cluster is looked at. */
  request: DescribeUsageRequest;
  /** Epoch milliseconds. */
  now: () => number;
  /** Ends it. */
  signal: AbortSignal;
  /** Ids of tasks that can be seen now. */
  inSight: () => readonly string[];
  /** There is something new to show. */
  onChange: () => void;
}

interface HostLook {
  /** Since when it is being asked. */
  since?: number;
  /** Not asked again before. */
  next: number;
}

interface Figure {
  now?: NonNullable<TaskUsage['stats']> | undefined;
  before?: NonNullable<TaskUsage['stats']> | undefined;
  askedAt: number;
}

/**
 * What a cluster shows, over and over: all of it from the state, at once, and each host's figures as they come. Each
 * host is asked by itself, so that none waits for another.
 */
export class Looks {
  /** Why the last look failed; undefined where it didn't. */
  fault: string | undefined;
  private readonly hosts = new Map<string, HostLook>();
  /** By ARN. */
  private readonly figures = new Map<string, Figure>();
  private known: DescribeUsageResponse | undefined;

  constructor(private readonly options: LooksOptions) {}

  /** What the state knows. Throws what the engine does. */
  async first(): Promise<void> {
    this.known = await this.readState();
  }

  /** Until the signal. What goes wrong is a fault to show, and is tried again. */
  async run(): Promise<void> {
    const { signal } = this.options;
    for (let pause = SECOND; !signal.aborted; pause = INTERVAL) {
      this.askHosts();
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.look();
    }
  }

  /** Anew what the state knows. */
  async look(): Promise<void> {
    try {
      this.known = await this.readState();
      this.fault = undefined;
    } catch (error) {
      this.note(error);
    }
    this.options.onChange();
  }

  get model(): Model {
    const { known = { clusterName: '', hosts: [], services: [], tasks: [] } } = this;
    const now = this.options.now();
    const silent = [...this.hosts].filter(([, { since }]) => since !== undefined && now - since > PATIENCE);
    const earlier = [...this.figures].flatMap(([arn, { before }]) =>
      before ? [[arn, before] as const] : [],
    );
    const tasks = known.tasks.map((task) => {
      const stats = task.lastStatus === 'RUNNING' ? this.figures.get(task.taskArn)?.now : undefined;
      return { ...task, ...(stats && { stats }) };
    });
    return modelOf({ ...known, tasks }, new Map(earlier), new Set(silent.map(([name]) => name)));
  }

  private async readState(): Promise<DescribeUsageResponse> {
    const { engine, request, signal } = this.options;
    const known = await engine.call('DescribeUsage', { ...request, refresh: false }, { signal });
    const arns = new Set(known.tasks.map(({ taskArn }) => taskArn));
    for (const arn of this.figures.keys()) if (!arns.has(arn)) this.figures.delete(arn);
    const names = new Set(known.hosts.map(({ name }) => name));
    for (const name of this.hosts.keys()) if (!names.has(name)) this.hosts.delete(name);
    return known;
  }

  /** Each host, but those that still have to answer. */
  askHosts(): void {
    if (this.options.request.refresh === false) return;
    const now = this.options.now();
    for (const { name, containerInstanceArn } of this.known?.hosts ?? []) {
      const look = this.hosts.get(name) ?? { next: 0 };
      this.hosts.set(name, look);
      if (look.since === undefined && now >= look.next) void this.ask(name, containerInstanceArn, look);
    }
  }

  private async ask(name: string, arn: string, look: HostLook): Promise<void> {
    const { engine, request, now, signal, onChange } = this.options;
    look.since = now();
    try {
      const { cluster } = request;
      const tasks = request.tasks ?? this.mostWanted(name);
      const input = { ...(cluster !== undefined && { cluster }), containerInstances: [arn], tasks };
      const seen = await engine.call('DescribeUsage', input, { signal });
      this.take(seen, new Set(tasks));
      if (!seen.hosts.some(({ agentConnected }) => agentConnected)) look.next = now() + AGAIN;
    } catch (error) {
      this.note(error);
    }
    delete look.since;
    if (!signal.aborted) onChange();
  }

  /** Ids of tasks on a host: an engine has other work, so not all are asked for each time. */
  private mostWanted(host: string): string[] {
    const inSight = new Set(this.options.inSight());
    const rank = ({ taskArn }: TaskUsage) =>
      inSight.has(nameOf(taskArn)) ? -1 : (this.figures.get(taskArn)?.askedAt ?? 0);
    return (this.known?.tasks ?? [])
      .filter((task) => task.host === host)
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, AT_ONCE)
      .map(({ taskArn }) => nameOf(taskArn));
  }

  private take(seen: DescribeUsageResponse, asked: ReadonlySet<string>): void {
    const { known } = this;
    if (known === undefined) return;
    const [hosts, tasks] = [byArn(seen.hosts, 'containerInstanceArn'), byArn(seen.tasks, 'taskArn')];
    this.known = {
      ...known,
      hosts: known.hosts.map((host) => hosts.get(host.containerInstanceArn) ?? host),
      tasks: known.tasks.map((task) => tasks.get(task.taskArn) ?? task),
    };
    for (const { taskArn, stats } of seen.tasks) {
      if (!asked.has(nameOf(taskArn)) && stats === undefined) continue;
      this.figures.set(taskArn, {
        now: stats,
        before: this.figures.get(taskArn)?.now,
        askedAt: this.options.now(),
      });
    }
  }

  private note(error: unknown): void {
    if (!this.options.signal.aborted) this.fault = error instanceof Error ? error.message : String(error);
  }
}

const byArn = <T, K extends keyof T>(all: readonly T[], arn: K): Map<T[K], T> =>
  new Map(all.map((one) => [one[arn], one]));
