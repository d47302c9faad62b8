import { type DestinationStream, type Logger, pino } from 'pino';
import { cleanJson } from '../api/steering.js';
import type { EngineEvent } from '../engine/events.js';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

export type LogLevel = (typeof logLevels)[number];

/** Structured logs, a JSON object a line. What is logged is named here, member by member: inputs may hold secrets. */
export function createLog(level: LogLevel, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { err: plain },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    // pino itself spells out what is below a space and nothing else, and the log of serve may be a terminal.
    { write: (line) => void destination.write(cleanJson(line)) },
  );
}

/** Errors of libraries may have the whole request with them: of a fault where it was and what it says, and no more. */
function plain(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  return { name, message, code, stack, ...(cause instanceof Error && { cause: cause.message }) };
}

/**
 * Logs what the engine tells while it works; what people would watch on a terminal (pulls, progress) is left out. A host
 * is connected to for each look at it, and one that is away is told of each time: only that it came or went is worth a
 * line, the rest is for who debugs.
 */
export class EventLog {
  /** Whether hosts, by their names, were there when they were last heard of. */
  private readonly hosts = new Map<string, boolean>();
  /** Why the state took no change when it was last tried. */
  private fault: string | undefined;

  /** `log`: of the request that the event belongs to, or the server's. */
  write(log: Logger, event: EngineEvent): void {
    switch (event.type) {
      case 'warning':
        return log.warn({ event: event.type }, event.message);
      case 'note':
        return log.info({ event: event.type }, event.message);
      case 'host-failed': {
        const level = this.isNews(event.host, false) ? 'warn' : 'debug';
        return log[level]({ event: event.type, host: event.host }, event.error.message);
      }
      case 'host-connected': {
        const level = this.isNews(event.host, true) ? 'info' : 'debug';
        return log[level]({ event: event.type, host: event.host, milliseconds: event.milliseconds });
      }
      case 'task-placed':
        return log.info({
          event: event.type,
          task: event.taskId,
          host: event.host,
          definition: event.definition,
        });
      case 'task-withdrawn':
        return log.info({ event: event.type, task: event.taskId, host: event.host }, event.reason);
      case 'task-state': {
        const { taskId: task, host, lastStatus, reason, exitCode } = event;
        return log.info({ event: event.type, task, host, lastStatus, reason, exitCode });
      }
      case 'settled':
        return log.info({ event: event.type, task: event.taskId }, event.what);
      case 'state-change':
        return this.tellState(log, event);
      case 'service-event':
        return log.info({ event: event.type, cluster: event.cluster, service: event.service }, event.message);
      default:
    }
  }

  private tellState(
    log: Logger,
    { type: event, fault }: Extract<EngineEvent, { type: 'state-change' }>,
  ): void {
    if (fault === this.fault) return;
    this.fault = fault;
    if (fault === undefined) log.info({ event }, 'the state takes changes again');
    else log.warn({ event }, `the state takes no changes: ${fault}`);
  }

  private isNews(host: string, isThere: boolean): boolean {
    const isNews = this.hosts.get(host) !== isThere;
    this.hosts.set(host, isThere);
    return isNews;
  }
}
