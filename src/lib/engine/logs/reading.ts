import { HostError } from '../../hosts/host-error.js';
import type { EngineContext } from '../context.js';
import type { LogsRequest } from '../engine.js';
import type { OnEvent } from '../events.js';
import { compileFilter } from './filter-pattern.js';

/** What the logs of one request share: what is wanted of them, and what has gone wrong with them. */
export class LogReading {
  /** For the engine's other parts: what is followed waits for a host that is away, whoever finds that out. */
  readonly ctx: EngineContext;
  readonly signal: AbortSignal;
  readonly matches: (text: string) => boolean;
  /** Logs that were begun, and those of which nothing could be had. */
  private begun = 0;
  private readonly lost: HostError[] = [];
  /** Hosts that don't answer just now. */
  private readonly away = new Set<string>();

  /** Throws InvalidParameterException for a filter pattern that isn't understood. */
  constructor(
    private readonly own: EngineContext,
    readonly request: LogsRequest,
  ) {
    const emit: OnEvent = (event) =>
      event.type === 'host-failed' && request.follow ? this.wait(event.error) : own.emit(event);
    this.ctx = { ...own, emit };
    this.signal = request.signal ?? own.signal;
    this.matches = compileFilter(request.filterPattern ?? '');
  }

  begin(): void {
    this.begun += 1;
  }

  /** A log can't be read, or no further where lines of it were `given`; the others go on. `what` names it. */
  lose(error: HostError, given: boolean, what: string): void {
    if (!given) this.lost.push(error.isOutage ? error : unreadable(error, what));
    if (error.isOutage) this.own.emit({ type: 'host-failed', host: error.host, error });
    else this.ctx.emit({ type: 'warning', message: unreadable(error, what).message });
  }

  /** A host has gone, and is waited for. */
  wait(error: HostError): void {
    if (this.away.has(error.host)) return;
    this.away.add(error.host);
    this.ctx.emit({ type: 'warning', message: `${error.message}; trying again` });
  }

  isBack(host: string): void {
    if (!this.away.delete(host)) return;
    this.ctx.emit({ type: 'note', message: `${host} answers again: its logs go on` });
  }

  /** The reason why no log at all could be read. Where some could, warnings have told of the others. */
  failure(): HostError | undefined {
    return this.lost.length >= this.begun ? this.lost[0] : undefined;
  }
}

function unreadable(error: HostError, what: string): HostError {
  const words = error.message.replace(`${error.host}: `, '');
  const message = `${error.host}: the log of ${what} can't be read: ${words}`;
  return new HostError(error.host, 'engine', message, 'look where its log driver writes to', {
    cause: error,
  });
}
