import type { DockerHost } from '../hosts/docker-host.js';
import { HostError } from '../hosts/host-error.js';
import { label } from './labels.js';
import type { Sleep } from './timer-sleep.js';

/** What tells that a container may be another than it was: its end, its removal, a health check's verdict. */
const telling = /^(start|die|destroy|health_status\b.*)$/;

/** Follows the engine's events of a task's containers, and tells when to look at them again. */
export class TaskChanges {
  private readonly end = new AbortController();
  private readonly changed = new Set<string>();
  private heard = () => {};
  private isOver = false;
  private fault: unknown;

  /** `since`: epoch seconds by the engine's clock; what happened from then on is told. */
  constructor(
    private readonly host: DockerHost,
    private readonly taskId: string,
    since: number,
  ) {
    void this.follow(since);
  }

  /**
   * Waits for a change, so many milliseconds at most. Returns the engine ids of what changed; undefined where the events
   * broke off, so that anything may have: another one has to be made then. Throws the signal's reason.
   */
  async next(
    milliseconds: number,
    sleep: Sleep,
    signal?: AbortSignal,
  ): Promise<ReadonlySet<string> | undefined> {
    const done = new AbortController();
    const change = new Promise<void>((resolve) => {
      this.heard = resolve;
      if (this.changed.size > 0 || this.isOver) resolve();
    });
    const either = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
    await Promise.race([change, sleep(milliseconds, either).catch(() => undefined)]);
    done.abort();
    signal?.throwIfAborted();
    if (this.fault !== undefined) throw this.fault;
    if (this.isOver) return undefined;
    const ids = new Set(this.changed);
    this.changed.clear();
    return ids;
  }

  close(): void {
    this.end.abort();
  }

  private async follow(since: number): Promise<void> {
    const { signal } = this.end;
    try {
      const labels = [`${label.taskId}=${this.taskId}`];
      for await (const { action, id } of this.host.events({ labels, since, signal })) {
        if (!telling.test(action)) continue;
        this.changed.add(id);
        this.heard();
      }
    } catch (error) {
      // Whether the host is lost shows when the containers are looked at.
      if (!(error instanceof HostError)) this.fault = error;
    } finally {
      this.isOver = true;
      this.heard();
    }
  }
}
