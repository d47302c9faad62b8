import type { AgentEvent, StartTimes } from '../agent/types.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';

/** Follows the pulls of one task's start on a host that was reached: their times, their progress for whoever watches. */
export class Pulls {
  done = 0;
  private readonly known: StartTimes;

  constructor(
    private readonly ctx: EngineContext,
    private readonly host: string,
    private readonly task: TaskRecord,
  ) {
    this.known = { connectivityAt: ctx.clock() };
  }

  /** For the task's record; a pull that hasn't stopped has failed by now. */
  get times(): StartTimes {
    const { pullStartedAt, pullStoppedAt } = this.known;
    if (pullStartedAt === undefined || pullStoppedAt !== undefined) return this.known;
    return { ...this.known, pullStoppedAt: this.ctx.clock() };
  }

  readonly onEvent = (event: AgentEvent): void => {
    const { ctx, host } = this;
    if (event.type === 'images-wanted') this.known.pullStartedAt = event.at;
    if (event.type === 'images-there') this.known.pullStoppedAt = event.at;
    if (event.type === 'pull-progress') {
      const { image, status, current, total } = event;
      ctx.emit({ type: 'pull', host, image, status, current, total, done: false });
    }
    if (event.type === 'pull-stopped') {
      this.done += 1;
      const facts = { host, image: event.image, status: 'pulled', current: 0, total: 0, done: true };
      if (!event.cached) ctx.emit({ type: 'pull', ...facts });
    }
    if (event.type === 'warning') ctx.emit(event);
    if (event.type === 'container-created') {
      ctx.emit({ type: 'task-state', taskId: this.task.id, host, lastStatus: 'PENDING' });
    }
  };
}
