import type { EngineEvent } from '../engine/events.js';

/** What /healthz says to everybody: fixed words, and nothing of hosts, files or errors. */
export interface HealthReport {
  /** `degraded`: requests are served, but nothing can be changed, or services are not kept; `failing`: requests can't be served either. */
  status: 'ok' | 'degraded' | 'failing';
  reason?: string;
  /** When services were last planned for; of several clusters that which has waited longest. */
  lastPass?: string;
}

export interface HealthOptions {
  /** Whether this server keeps the services; what another process keeps isn't watched here. */
  keeps: boolean;
  /** Milliseconds, only rising. */
  now: () => number;
  /** Epoch milliseconds. */
  clock: () => number;
  /** Whether the state can be read. */
  isReadable: () => Promise<boolean>;
}

/**
 * Ms without a pass over a cluster's services after which they are not kept: there is one a minute where nothing happens. As
 * long it counts that a change was refused.
 */
const LATE = 3 * 60_000;

interface Kept {
  /** When the cluster was taken up. */
  since: number;
  /** Its last pass. */
  pass: { at: number; time: number } | undefined;
}

/** How well a server does, from what its engine tells while it keeps the services. */
export class Health {
  private clusters = new Map<string, Kept>();
  private readonly begun: number;
  private isTold = false;
  private hasFailed = false;
  private refusedAt: number | undefined;

  constructor(private readonly options: HealthOptions) {
    this.begun = options.now();
  }

  /** Hears what the engine tells beside requests. */
  event(event: EngineEvent): void {
    if (event.type === 'keeping') this.take(event.clusters);
    else if (event.type === 'keeping-failed') this.hasFailed = true;
    else if (event.type === 'state-change')
      this.refusedAt = event.fault === undefined ? undefined : this.options.now();
    else if (event.type === 'pass') this.pass(event.cluster);
  }

  /** Whether services are kept; undefined where another process sees to that. */
  get kept(): boolean | undefined {
    return this.options.keeps ? this.whyNotKept() === undefined : undefined;
  }

  /** Whether the state takes changes, as far as one was tried lately: who keeps services notes every 15 s that it is there. */
  get isWritable(): boolean {
    return this.refusedAt === undefined || this.options.now() - this.refusedAt > LATE;
  }

  /** When the services of each cluster were last planned for; epoch milliseconds. */
  get passes(): { cluster: string; time: number }[] {
    return [...this.clusters].flatMap(([cluster, { pass }]) => (pass ? [{ cluster, time: pass.time }] : []));
  }

  async look(): Promise<HealthReport> {
    const times = this.passes.map(({ time }) => time);
    const lastPass = times.length > 0 && { lastPass: new Date(Math.min(...times)).toISOString() };
    if (!(await this.options.isReadable()))
      return { status: 'failing', reason: 'the state can not be read', ...lastPass };
    const reason = this.isWritable ? this.whyNotKept() : 'the state takes no changes';
    return reason === undefined ? { status: 'ok', ...lastPass } : { status: 'degraded', reason, ...lastPass };
  }

  private take(names: readonly string[]): void {
    const { clusters } = this;
    const since = this.options.now();
    this.clusters = new Map(names.map((name) => [name, clusters.get(name) ?? { since, pass: undefined }]));
    this.isTold = true;
    // Where there is nothing to plan for, having read that is all that can be done.
    if (names.length === 0) this.hasFailed = false;
  }

  /** What was kept before a fault is taken up again by then: the state took the note of it. */
  private pass(cluster: string): void {
    const kept = this.clusters.get(cluster);
    if (kept === undefined) return;
    kept.pass = { at: this.options.now(), time: this.options.clock() };
    this.hasFailed = false;
  }

  private whyNotKept(): string | undefined {
    if (!this.options.keeps) return undefined;
    if (this.hasFailed) return 'services are not kept: the state failed, and is tried again';
    const since = this.isTold
      ? [...this.clusters.values()].map(({ since, pass }) => pass?.at ?? since)
      : [this.begun];
    return since.some((at) => this.options.now() - at > LATE)
      ? 'services are not kept: they have not been planned for in minutes'
      : undefined;
  }
}
