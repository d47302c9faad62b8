import { seededRandom } from '../../../src/lib/scheduler/random.js';
import { planService, wantedOf } from '../../../src/lib/services/plan.js';
import { startedDeployment } from '../../../src/lib/services/halted.js';
import { beginDeployment, failDeployment } from '../../../src/lib/services/rollout.js';
import type { Incident, Timed, Version } from './incidents.js';
import { checkPlan } from './plan-rules.js';
import type {
  Breaker,
  EndedTask,
  Plan,
  PlanSettings,
  Seen,
  Service,
  ServiceHost,
  ServiceTask,
} from '../../../src/lib/services/types.js';

export interface SimulationSetup {
  service: Service;
  version: Version;
  /** How many tasks fit on each, and the zone that it is in. */
  hosts: readonly { slots: number; zone: string }[];
  script: readonly Timed[];
  /** Until then, in seconds, one in so many good tasks goes wrong; 0: none. */
  faultsUntil: number;
  faultEvery: number;
  seed: string;
}

interface SimHost extends ServiceHost {
  slots: number;
  gone?: 'cut' | 'crashed' | undefined;
}

interface SimTask extends ServiceTask {
  /** What happens to it next. */
  next?: { at: number; what: 'runs' | 'healthy' | 'unhealthy' | 'fails' | 'exits' | 'stopped' } | undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const SECOND = 1000;
const settings: PlanSettings = { healthyAfter: 40 * SECOND, hostGrace: 120 * SECOND };

/**
 * A cluster in memory that does what the plans say, and goes wrong as the script has it. It plans only when something has
 * happened or a plan asked to be woken, so that one that forgets to is stuck; each plan is checked against the bounds.
 */
export class Simulation {
  service: Service;
  now = 0;
  last: Plan | undefined;
  readonly events: string[] = [];
  readonly tasks: Mutable<SimTask>[] = [];
  readonly hosts: Mutable<SimHost>[];
  readonly versions = new Map<string, Version>();
  starts = 0;
  stops = 0;
  private frozen = false;
  private ended: EndedTask[] = [];
  private serial = 0;
  private readonly script: Timed[];
  private readonly random: () => number;

  constructor(private readonly setup: SimulationSetup) {
    this.random = seededRandom(setup.seed);
    this.script = [...setup.script].sort((a, b) => a.at - b.at);
    this.hosts = setup.hosts.map(({ slots, zone }, index) => this.host(`h${index}`, slots, zone));
    this.service = setup.service;
    this.update(setup.version, undefined);
  }

  /** Until nothing is to happen any more, or so many seconds have passed. */
  run(seconds: number): void {
    this.settle();
    for (;;) {
      const next = this.nextMoment();
      if (next === undefined || next > seconds * SECOND) return;
      this.now = next;
      while ((this.script[0]?.at ?? Infinity) * SECOND <= this.now) this.incident(this.script.shift()!);
      for (const task of [...this.tasks]) this.advance(task);
      this.settle();
    }
  }

  /** Hosts that are of use. */
  usable(): SimHost[] {
    return this.hosts.filter(({ gone, draining }) => !gone && !draining);
  }

  /** A host more, as somebody adds where there is too little. */
  grow(slots: number): void {
    this.hosts.push(this.host(`h${this.hosts.length}`, slots, 'a'));
  }

  wanted(): number {
    return wantedOf(this.service, this.seen(false), settings, this.now);
  }

  incident(what: Incident): void {
    const pick = <T>(list: readonly T[], index: number) => list[index % Math.max(1, list.length)];
    const running = this.tasks.filter(
      ({ lastStatus, instance }) => lastStatus === 'RUNNING' && !this.at(instance).gone,
    );
    if (this.service.status !== 'ACTIVE' && ['update', 'scale'].includes(what.kind)) return;
    switch (what.kind) {
      case 'update':
        return this.update(what.version, what.breaker);
      case 'scale':
        this.service = { ...this.service, desiredCount: what.to };
        return;
      case 'vanish': {
        const host = pick(this.hosts, what.host)!;
        if (host.gone) return;
        host.gone = what.cut ? 'cut' : 'crashed';
        host.awaySince = this.now;
        delete host.thereSince;
        return;
      }
      case 'return':
        return this.giveBack(pick(this.hosts, what.host)!);
      case 'drain':
        pick(this.hosts, what.host)!.draining = true;
        return;
      case 'undrain':
        pick(this.hosts, what.host)!.draining = false;
        return;
      case 'protect': {
        const task = pick(running, what.task);
        if (task) task.protectedUntil = this.now + what.seconds * SECOND;
        return;
      }
      case 'evict': {
        const task = pick(running, what.task);
        if (task) task.evicted = true;
        return;
      }
      case 'crash': {
        const task = pick(running, what.task);
        if (task) this.end(task, 'itself', this.now);
        return;
      }
      case 'sicken':
      case 'recover': {
        const task = pick(
          running.filter(({ health, next }) => health !== undefined && next === undefined),
          what.task,
        );
        if (task) task.health = what.kind === 'sicken' ? 'UNHEALTHY' : 'HEALTHY';
        return;
      }
      case 'halt':
        if (this.service.deployments[0]?.outcome === 'IN_PROGRESS')
          this.service = failDeployment(this.service, false, 'user', this.now).service;
        return;
      case 'freeze':
        this.frozen = what.on;
        return;
      case 'delete':
        this.service = { ...this.service, status: 'DRAINING' };
    }
  }

  private update(version: Version, breaker: Breaker | undefined): void {
    const id = `ecs-svc/${++this.serial}`;
    this.versions.set(id, version);
    this.service = beginDeployment(this.service, { id, ...(breaker && { breaker }) }, this.now);
  }

  private giveBack(host: Mutable<SimHost>): void {
    const since = host.awaySince ?? this.now;
    if (host.gone === 'crashed') {
      for (const task of this.tasks.filter(({ instance }) => instance === host.id))
        this.end(task, task.lastStatus === 'STOPPING' ? 'asked' : 'start', since);
    }
    if (host.gone === undefined) return;
    delete host.gone;
    delete host.awaySince;
    host.thereSince = this.now;
  }

  private nextMoment(): number | undefined {
    const moments = [this.last?.wakeAt, this.script[0] && this.script[0].at * SECOND];
    for (const { next, instance } of this.tasks) if (!this.at(instance).gone) moments.push(next?.at);
    const times = moments.filter((moment) => moment !== undefined);
    return times.length === 0 ? undefined : Math.max(this.now, Math.min(...times));
  }

  /** Plans and acts until there is nothing more to do at this moment. */
  private settle(): void {
    for (let round = 0; ; round++) {
      if (round > 20) throw new Error('It finds no end.');
      const cramped = this.act(this.seen(false));
      if (cramped) this.act(this.seen(true));
      const { start, stop } = this.last!;
      if (stop.length === 0 && (start.count === 0 || cramped)) return;
    }
  }

  /** One plan, and what it asks for; whether not all had a place. */
  private act(seen: Seen): boolean {
    const plan = planService(this.service, seen, settings, this.now);
    checkPlan(this.service, plan, seen, settings, this.now);
    this.service = plan.service;
    this.last = plan;
    this.ended = [];
    this.events.push(...plan.events);
    for (const id of plan.lost) this.task(id).wasLost = true;
    for (const id of plan.found) delete this.task(id).wasLost;
    for (const { task: id } of plan.stop) {
      const task = this.task(id);
      task.lastStatus = 'STOPPING';
      task.next = { at: this.now + this.between(1, 30), what: 'stopped' };
      this.stops += 1;
    }
    if (plan.start.on) for (const id of plan.start.on) this.start(this.at(id));
    else {
      for (let i = 0; i < plan.start.count; i++) {
        const host = this.place();
        if (!host) return true;
        this.start(host);
      }
    }
    return false;
  }

  private seen(cramped: boolean): Seen {
    const tasks = this.tasks.map(({ next: _, ...task }): ServiceTask => Object.freeze(task));
    return Object.freeze({
      tasks: Object.freeze(tasks),
      ended: this.ended,
      hosts: new Map(this.hosts.map((host) => [host.id, host])),
      eligible: this.hosts.filter(({ draining }) => !draining).map(({ id }) => id),
      frozen: this.frozen,
      cramped,
    });
  }

  /** Where the service has fewest tasks. */
  private place(): SimHost | undefined {
    let best: SimHost | undefined;
    let fewest = Infinity;
    for (const host of this.usable()) {
      const used = this.tasks.filter(({ instance }) => instance === host.id).length;
      if (used < host.slots && used < fewest) [best, fewest] = [host, used];
    }
    return best;
  }

  private start({ id: instance }: SimHost): void {
    const deployment = startedDeployment(this.service)!.id;
    const failing = this.isBad(deployment, 'never starts') || this.goesWrong();
    this.starts += 1;
    this.tasks.push({
      id: `t${this.starts}`,
      deployment,
      instance,
      lastStatus: 'PENDING',
      createdAt: this.now,
      next: { at: this.now + this.between(1, 20), what: failing ? 'fails' : 'runs' },
    });
  }

  private advance(task: Mutable<SimTask>): void {
    const { next, deployment, instance } = task;
    if (next === undefined || next.at > this.now || this.at(instance).gone) return;
    delete task.next;
    const { checked } = this.versions.get(deployment)!;
    switch (next.what) {
      case 'runs':
        task.lastStatus = 'RUNNING';
        task.startedAt = this.now;
        if (checked) task.health = 'UNKNOWN';
        if (this.isBad(deployment, 'dies soon') || this.goesWrong())
          task.next = { at: this.now + this.between(1, 20), what: 'exits' };
        else if (checked) {
          const unhealthy = this.isBad(deployment, 'unhealthy') || this.goesWrong();
          task.next = { at: this.now + this.between(1, 90), what: unhealthy ? 'unhealthy' : 'healthy' };
        }
        return;
      case 'healthy':
        task.health = 'HEALTHY';
        return;
      case 'unhealthy':
        task.health = 'UNHEALTHY';
        return;
      case 'fails':
        return this.end(task, this.random() < 0.5 ? 'start' : 'itself', this.now);
      case 'exits':
        return this.end(task, 'itself', this.now);
      case 'stopped':
        return this.end(task, 'asked', this.now);
    }
  }

  private isBad(deployment: string, kind: Version['kind']): boolean {
    return this.versions.get(deployment)?.kind === kind;
  }

  private goesWrong(): boolean {
    const { faultEvery, faultsUntil } = this.setup;
    return faultEvery > 0 && this.now < faultsUntil * SECOND && this.random() < 1 / faultEvery;
  }

  private end(task: SimTask, cause: EndedTask['cause'], stoppedAt: number): void {
    this.tasks.splice(this.tasks.indexOf(task), 1);
    const { id, deployment, instance, createdAt, startedAt } = task;
    this.ended.push({ id, deployment, instance, createdAt, startedAt, stoppedAt, cause, reason: '' });
  }

  private host(id: string, slots: number, zone: string): SimHost {
    return {
      id,
      name: id,
      zone,
      slots,
      draining: false,
      thereSince: this.now,
      remaining: { cpu: 0, memory: 0 },
      attributes: new Map([['ecs.availability-zone', zone]]),
    };
  }

  private at(id: string): Mutable<SimHost> {
    return this.hosts.find((host) => host.id === id)!;
  }

  private task(id: string): Mutable<SimTask> {
    return this.tasks.find((task) => task.id === id)!;
  }

  /** Milliseconds. */
  private between(least: number, most: number): number {
    return Math.round((least + this.random() * (most - least)) * SECOND);
  }
}
