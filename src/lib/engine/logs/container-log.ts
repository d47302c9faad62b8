import { containerLogs, type ContainerLogLine } from '../../agent/logs.js';
import type { DockerHost } from '../../hosts/docker-host.js';
import { HostError } from '../../hosts/host-error.js';
import type { LogsRequest, TaskLogLine } from '../engine.js';
import { keys } from '../keys.js';
import { ownerWatch } from '../owner.js';
import { pause } from '../pause.js';
import type { ContainerRecord, InstanceRecord, TaskRecord } from '../records.js';
import { readTask } from '../task-records.js';
import { refreshTasks } from '../tasks.js';
import type { LogReading } from './reading.js';
import { LogReplay } from '../../log-replay.js';

const POLL = 500;
/** How often a dropped connection is made again before the log of a task that was named is given up. */
const RECONNECTS = 30;

export interface ContainerLogOptions {
  /** How many containers of the task are read. */
  containers: number;
  /** The task began after the request: all of its lines are news. */
  isNew?: boolean;
}

/**
 * The log of one container: what there is by now, and then what comes. Over a dropped connection it loses and repeats
 * nothing. Of a container that is gone, the last lines that its record kept. What can't be read is told of, and ends
 * this log only.
 */
export class ContainerLog {
  private readonly replay: LogReplay;
  private host = 'a host that left the cluster';
  /** Nothing more can come. */
  private over = false;
  private given = false;
  private failures = 0;
  private lastTime = 0;

  constructor(
    private readonly reading: LogReading,
    private readonly task: TaskRecord,
    private readonly name: string,
    private readonly options: ContainerLogOptions,
  ) {
    this.replay = new LogReplay(this.wanted.tail !== undefined);
    reading.begin();
  }

  async *whole(): AsyncGenerator<TaskLogLine> {
    yield* this.history();
    yield* this.live();
  }

  /** The lines that there are by now. */
  async *history(): AsyncGenerator<TaskLogLine> {
    const { tail, filterPattern } = this.wanted;
    const lines = this.soFar();
    // The engine counts lines that don't match, too.
    if (tail === undefined || filterPattern === undefined) yield* lines;
    else yield* lastOf(lines, tail);
  }

  /** Those that come after `history`, until the container's end. */
  async *live(): AsyncGenerator<TaskLogLine> {
    const { signal, request } = this.reading;
    const patience = request.tasks === undefined ? Infinity : RECONNECTS;
    const id = this.over ? undefined : (await this.whenCreated())?.runtimeId;
    while (id !== undefined && !this.over && !signal.aborted) {
      try {
        yield* this.read(id, true);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof HostError)) throw error;
        if (!error.isOutage || this.failures === patience) return yield* this.lose(error);
        this.reading.wait(error);
      }
      if (!this.over) await pause(Math.min(5000, 250 * 2 ** this.failures++), signal);
    }
  }

  private get wanted(): LogsRequest {
    const { request } = this.reading;
    return this.options.isNew ? { ...request, tail: undefined, since: undefined } : request;
  }

  private async *soFar(): AsyncGenerator<TaskLogLine> {
    const { signal, request } = this.reading;
    const id = (await this.record())?.runtimeId;
    if (id === undefined) return;
    try {
      yield* this.read(id, false);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof HostError)) throw error;
      // Where it is followed, the host is waited for.
      if (error.isOutage && request.follow) this.reading.wait(error);
      else yield* this.lose(error);
    }
  }

  /** What is new; throws HostError where it can't be read, or no further. */
  private async *read(id: string, follow: boolean): AsyncGenerator<TaskLogLine> {
    const { signal, matches } = this.reading;
    const { tail: most, since: from, until, filterPattern, follow: isFollowed } = this.wanted;
    const docker = await this.connect();
    if (docker === undefined || (await docker.inspectContainer(id)) === undefined)
      return yield* this.keptLines('is gone from');
    this.reading.isBack(this.host);
    const resumed = this.replay.resume();
    // The engine's own count would leave out lines that match.
    const tail = resumed === undefined && filterPattern === undefined ? most : undefined;
    const since = Math.max(resumed ?? 0, from ?? 0) || undefined;
    const options = { follow, until, signal, since, tail };
    for await (const line of containerLogs(docker, id, options)) {
      // What isn't followed has no gaps.
      if (isFollowed && !this.replay.take(line)) continue;
      this.failures = 0;
      const shown = this.lineOf(line);
      if (matches(line.text)) yield shown;
    }
    if (!follow) return;
    // An engine ends the log of a container also where it starts it again.
    const container = await docker.inspectContainer(id);
    if (until === undefined && container?.state.running) return;
    // Engines before 23.0 may end it a moment too early, before the last lines.
    if (container !== undefined) yield* this.read(id, false);
    this.over = true;
  }

  /** undefined where the host has left the cluster. */
  private async connect(): Promise<DockerHost | undefined> {
    const { ctx, signal } = this.reading;
    const instance = await ctx.store.get<InstanceRecord>(
      keys.instance(this.task.cluster, this.task.instance),
    );
    if (instance === undefined) return undefined;
    const { address, name } = instance.value;
    this.host = name;
    return ctx.hosts.connect(address, name, { retry: this.failures > 0, signal });
  }

  private async *lose(error: HostError): AsyncGenerator<TaskLogLine> {
    this.over = true;
    this.reading.lose(error, this.given, `the container ${this.name} of task ${this.task.id.slice(0, 8)}`);
    const isKept = !this.given && (await this.record())?.lastLog !== undefined;
    if (isKept) yield* this.keptLines("can't be read on");
  }

  private async *keptLines(why: string): AsyncGenerator<TaskLogLine> {
    this.over = true;
    const { ctx, matches } = this.reading;
    const { since = 0, until = Infinity, tail = Infinity } = this.wanted;
    const kept = (await this.record())?.lastLog ?? [];
    const lines =
      kept.length === 0 ? 'no lines of it were kept' : `these are the last that were kept (${kept.length})`;
    const what = `the container ${this.name} of task ${this.task.id.slice(0, 8)}`;
    ctx.emit({ type: 'note', message: `${what} ${why} ${this.host}: ${lines}` });
    const wanted = kept.filter(
      ({ time, text }) => (time === undefined || (time >= since && time <= until)) && matches(text),
    );
    for (const { stream, time, text } of wanted.slice(Math.max(0, wanted.length - tail))) {
      const timestamp = time === undefined ? '' : new Date(time).toISOString();
      yield this.lineOf({ stream, time, timestamp, text });
    }
  }

  private lineOf({ stream, time, timestamp, text }: ContainerLogLine): TaskLogLine {
    this.given = true;
    // A line without a time of its own came with the one before.
    this.lastTime = time ?? this.lastTime;
    const { id: taskId, family } = this.task;
    const { name: container, host, lastTime } = this;
    const { containers } = this.options;
    return { taskId, family, container, containers, host, stream, time: lastTime, timestamp, text };
  }

  /** The container as its record has it by now. */
  private async record(): Promise<ContainerRecord | undefined> {
    const task = await readTask(this.reading.ctx, this.task.cluster, this.task.id);
    return task?.containers.find(({ name }) => name === this.name);
  }

  /** The container once it is created; without an engine's id where it never was. */
  private async whenCreated(): Promise<ContainerRecord | undefined> {
    const { ctx, signal } = this.reading;
    const { cluster, id } = this.task;
    for (;;) {
      const record = await readTask(ctx, cluster, id);
      const container = record?.containers.find(({ name }) => name === this.name);
      if (container?.runtimeId !== undefined || signal.aborted) return container;
      if (record === undefined || record.lastStatus === 'STOPPED') return container;
      // Nobody starts it any more.
      if (record.owner !== undefined && (await ownerWatch(ctx)(record.owner))) return container;
      await pause(POLL, signal);
      await refreshTasks(ctx, cluster, [id]);
    }
  }
}

async function* lastOf<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  const last: T[] = [];
  for await (const item of items) {
    last.push(item);
    if (last.length > count) last.shift();
  }
  yield* last;
}
