import type { AgentEvent } from '../agent/types.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

/** Follows the pulls of one task's start: their times for its record, their progress for whoever watches. */
export class Pulls {
  startedAt: number | undefined;
  stoppedAt: number | undefined;
  done = 0;

  constructor(
    private readonly ctx: EngineContext,
    private readonly host: string,
    private readonly task: TaskRecord,
  ) {}

  readonly onEvent = (event: AgentEvent): void => {
    const { ctx, host } = this;
    if (event.type === 'pull-started') this.startedAt ??= event.at;
    if (event.type === 'pull-progress') {
      const { image, status, current, total } = event;
      ctx.emit({ type: 'pull', host, image, status, current, total, done: false });
    }
    if (event.type === 'pull-stopped') {
      this.stoppedAt = event.at;
      this.done += 1;
      const facts = { host, image: event.image, status: 'pulled', current: 0, total: 0, done: true };
      if (!event.cached) ctx.emit({ type: 'pull', ...facts });
    }
    if (event.type === 'container-created') {
      ctx.emit({ type: 'task-state', taskId: this.task.id, host, lastStatus: 'PENDING' });
    }
  };
}
