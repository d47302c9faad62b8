import type { ContainerDefinition } from '../api/types.js';
import type { DockerHost } from '../hosts/docker-host.js';
import { Obstacle } from './obstacle.js';
import { observeContainer } from './observe.js';
import { nextStep, type Awaited, type Progress, type Step } from './start-conditions.js';
import { removeContainers } from './stop.js';
import { TaskChanges } from './task-changes.js';
import { timerSleep, type Sleep } from './timer-sleep.js';
import type { AgentEvent, BrokenOff, NeverStarted, ObservedContainer, TaskSpec } from './types.js';

/** Milliseconds between two questions whether the task is still wanted, while a condition is waited for. */
const wantedInterval = 1000;
/** Milliseconds after which its containers are looked at although no event came: an engine under load may drop some. */
const lookInterval = 15_000;
/** Seconds by which engine and client may be wrong about each other's clocks. */
const clockMargin = 2;
/** What ECS's agent says of a container that could not be started for want of a dependency, as if it had got SIGTERM. */
const neverStartedCode = 143;

export interface OrderOptions {
  clock: () => number;
  sleep?: Sleep;
  signal?: AbortSignal;
  isWanted?: () => Promise<boolean>;
  onEvent?: (event: AgentEvent) => void;
  /** Called when a wait begins, and when what is waited for changes, with the containers as they are then. */
  onWait?: (containers: readonly ObservedContainer[]) => Promise<void>;
}

/**
 * The start of a task's containers, which are all created: each as soon as the conditions of its links and dependsOn
 * hold. The engine's events are waited for, so waiting costs next to nothing.
 */
export class OrderedStart {
  /** Whether anything was waited for: what runs by then has begun its work, and is to be stopped, not just removed. */
  hasWaited = false;
  /** Those that will never run, since what they depend on can't come true. */
  readonly never: NeverStarted[] = [];
  private readonly definitions: ReadonlyMap<string, ContainerDefinition>;
  private readonly sleep: Sleep;
  private changes: TaskChanges | undefined;
  private lookedAt = 0;
  private told = '';

  /** The containers are kept up to date in place. */
  constructor(
    private readonly host: DockerHost,
    private readonly spec: TaskSpec,
    readonly containers: ObservedContainer[],
    private readonly options: OrderOptions,
  ) {
    const { containerDefinitions = [] } = spec.definition;
    this.definitions = new Map(containerDefinitions.map((one) => [one.name ?? '', one]));
    this.sleep = options.sleep ?? timerSleep;
  }

  /**
   * Starts them by `start`. As in ECS, one that can never start is left out where it isn't essential: it is removed, and
   * told of. Throws what `start` throws, the signal's reason, HostError, and Obstacle `broken-off` where the rest won't
   * be started: an essential container has ended or can never start, or nobody wants the task any more.
   */
  async run(start: (container: ObservedContainer) => Promise<void>): Promise<void> {
    try {
      for (;;) {
        await this.leaveOutHopeless();
        const steps = this.steps();
        if (steps.length === 0) return;
        this.options.signal?.throwIfAborted();
        const ready = steps.find(([, step]) => step.kind === 'start')?.[0];
        if (ready) await start(ready);
        else await this.wait(steps.map(([, step]) => step));
      }
    } finally {
      this.changes?.close();
    }
  }

  private steps(): [ObservedContainer, Step][] {
    const progress = new Map(this.containers.map((one) => [one.containerName, this.progressOf(one)]));
    for (const { container } of this.never) progress.set(container, { state: 'never' });
    return this.containers
      .filter((one) => this.progressOf(one).state === 'waiting')
      .map((one) => {
        const definition = this.definitions.get(one.containerName) ?? { name: one.containerName };
        return [one, nextStep(definition, this.definitions, progress, this.options.clock())];
      });
  }

  private progressOf({
    containerName,
    state,
    exitCode,
    exitCodeUnknown,
    health,
    startedAt,
  }: ObservedContainer): Progress {
    if (this.never.some(({ container }) => container === containerName)) return { state: 'never' };
    if (state === 'created') return { state: 'waiting' };
    if (!ended.includes(state)) return { state: 'up', health, startedAt };
    return { state: 'ended', exitCode: exitCodeUnknown ? undefined : exitCode, startedAt };
  }

  /** With those that depend on them. The first of them is why the others won't start either. */
  private async leaveOutHopeless(): Promise<void> {
    const left: [ObservedContainer, string][] = [];
    for (;;) {
      const found = this.steps().find(([, step]) => step.kind === 'never');
      if (found?.[1].kind !== 'never') break;
      const [container, { reason }] = found;
      this.never.push({ container: container.containerName, reason, exitCode: neverStartedCode });
      left.push([container, reason]);
    }
    const [first] = left;
    if (first && left.some(([one]) => this.isEssential(one))) throw this.brokenOff({ reason: first[1] });
    for (const [one, reason] of left) {
      await removeContainers(this.host, [one.id]);
      this.containers.splice(this.containers.indexOf(one), 1);
      this.options.onEvent?.({ type: 'container-left-out', container: one.containerName, reason });
    }
  }

  /** Until something changes that may matter, or a second has passed. */
  private async wait(steps: readonly Step[]): Promise<void> {
    const { clock, isWanted, signal } = this.options;
    if (!this.hasWaited) {
      this.hasWaited = true;
      return this.look();
    }
    const hasEnded = (one: ObservedContainer) => this.progressOf(one).state === 'ended';
    if (this.containers.some((one) => this.isEssential(one) && hasEnded(one)))
      throw this.brokenOff('essential-exited');
    if (isWanted && !(await isWanted())) throw this.brokenOff('unwanted');
    const waits = steps.filter((step) => step.kind === 'wait');
    await this.tell(waits.flatMap((step) => step.for));
    this.changes ??= await this.follow();
    // A condition is overdue only after its last millisecond.
    const left = Math.min(...waits.map(({ until }) => until)) - clock() + 1;
    const changed = await this.changes.next(Math.max(0, Math.min(left, wantedInterval)), this.sleep, signal);
    if (changed === undefined) await this.followAnew();
    else if (clock() - this.lookedAt > lookInterval) await this.look();
    else if (changed.size > 0) await this.look(changed);
  }

  /** Once for each set of conditions. */
  private async tell(awaited: readonly Awaited[]): Promise<void> {
    const distinct = [...new Map(awaited.map((one) => [`${one.condition} ${one.container}`, one])).values()];
    const told = JSON.stringify(distinct);
    if (told === this.told) return;
    this.told = told;
    this.options.onEvent?.({ type: 'waiting', for: distinct });
    await this.options.onWait?.(this.containers);
  }

  private async follow(): Promise<TaskChanges> {
    const { clockOffset } = await this.host.info();
    const since = (this.lookedAt + clockOffset) / 1000 - clockMargin;
    return new TaskChanges(this.host, this.spec.id, since);
  }

  /** The connection dropped. Either the host is lost, which the look shows, or it is back. */
  private async followAnew(): Promise<void> {
    this.changes = undefined;
    await this.sleep(wantedInterval, this.options.signal);
    await this.look();
  }

  /** Inspects those of these ids that run, or all that run. */
  private async look(ids?: ReadonlySet<string>): Promise<void> {
    if (ids === undefined) this.lookedAt = this.options.clock();
    const look = async (one: ObservedContainer, i: number) => {
      if (this.progressOf(one).state !== 'up' || ids?.has(one.id) === false) return;
      const now = await observeContainer(this.host, one.id, one);
      this.containers[i] = now ?? { ...one, state: 'dead', exitCodeUnknown: true };
    };
    await Promise.all(this.containers.map(look));
  }

  private isEssential({ containerName }: ObservedContainer): boolean {
    return this.definitions.get(containerName)?.essential !== false;
  }

  private brokenOff(why: BrokenOff): Obstacle {
    return new Obstacle({ kind: 'broken-off', why, never: this.never, containers: this.containers });
  }
}

const ended: readonly ObservedContainer['state'][] = ['exited', 'dead', 'removing'];
