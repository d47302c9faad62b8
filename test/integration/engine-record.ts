import { request, type ClientRequest } from 'node:http';
import type { TestHost } from '../hosts/host.js';
import type { Run } from './timeline.js';

/** A container of ours that its engine has started, or that has ended; by the engine's clock, in epoch milliseconds. */
export interface EngineEvent {
  at: number;
  what: 'start' | 'die';
  host: string;
  taskId: string;
  container: string;
  family: string;
}

interface Told {
  Action: 'start' | 'die';
  timeNano: number;
  Actor: { Attributes: Record<string, string> };
}

/**
 * What engines start and what ends there, as they tell it, past SSH and past Longshore. Nothing is missed between two
 * looks, and containers that were removed since count, too. `end()` when it is over.
 */
export class EngineRecord {
  readonly events: EngineEvent[] = [];
  private readonly streams: ClientRequest[];

  constructor(hosts: readonly TestHost[]) {
    this.streams = hosts.map((host) => this.follow(host));
  }

  end(): void {
    for (const stream of this.streams) stream.destroy();
  }

  /** Containers that were started more often than once, on whatever host. */
  startedTwice(): EngineEvent[] {
    const known = new Set<string>();
    return this.events.filter(({ what, taskId, container }) => {
      const key = `${taskId}/${container}`;
      return what === 'start' && known.size === known.add(key).size;
    });
  }

  /**
   * When each task of a family was there: from its first container's start to its last one's end; or, of so many
   * containers a task, when all of them ran.
   */
  runs(family: string, all?: number): Run[] {
    const tasks = new Map<string, EngineEvent[]>();
    for (const event of this.events)
      if (event.family === family) tasks.set(event.taskId, [...(tasks.get(event.taskId) ?? []), event]);
    return [...tasks].flatMap(([taskId, events]) => {
      const at = (what: EngineEvent['what']) =>
        events.filter((one) => one.what === what).map((one) => one.at);
      const [starts, ends] = [at('start'), at('die')];
      if (all !== undefined)
        return starts.length < all
          ? []
          : [{ taskId, begin: Math.max(...starts), end: Math.min(Infinity, ...ends) }];
      return [
        {
          taskId,
          begin: Math.min(...starts),
          end: ends.length < starts.length ? Infinity : Math.max(...ends),
        },
      ];
    });
  }

  private follow({ name, dockerSocket: socketPath }: TestHost): ClientRequest {
    const filters = JSON.stringify({ event: ['start', 'die'], label: ['longshore.task-id'] });
    const path = `/events?filters=${encodeURIComponent(filters)}`;
    const asked = request({ socketPath, path, headers: { host: 'docker' }, agent: false }, (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim() !== '') this.note(name, JSON.parse(line) as Told);
      });
      response.on('error', () => undefined);
    });
    // Ended by us, or with its host.
    asked.on('error', () => undefined);
    asked.end();
    return asked;
  }

  private note(host: string, { Action: what, timeNano, Actor: { Attributes: labels } }: Told): void {
    this.events.push({
      at: timeNano / 1e6,
      what,
      host,
      taskId: labels['longshore.task-id'] ?? '',
      container: labels['longshore.container'] ?? '',
      family: labels['com.amazonaws.ecs.task-definition-family'] ?? '',
    });
  }
}
