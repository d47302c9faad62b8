import { onlyDrainingInstances } from '../api/errors.js';
import { unlessAborted } from '../unless-aborted.js';
import type { Draft } from '../store/transact.js';
import { TokenTaken, type ClientToken } from './client-token.js';
import { lookForRoom } from './look-for-room.js';
import { placeTasks } from './place.js';
import type { Placed, Unplaced, Wish } from './wish.js';
import { findVolumes } from './shared-volumes.js';
import type { EngineContext } from './context.js';
import type { TaskRecord } from './records.js';
import type { Settling } from './settling.js';

/** Finds places for the tasks of one operation: on what the records say, and for the rest after a look at the hosts. */
export class Placing {
  private looked = false;

  constructor(
    private readonly ctx: EngineContext,
    private readonly wish: Wish,
    private readonly tasks: readonly Unplaced[],
    private readonly beside: { settling: Settling; token?: ClientToken | undefined },
  ) {}

  /**
   * The tasks that have a place by the records (by a fresh look, where none has), or those of the call that used the
   * client token before, or a moment ago. Throws as placeTasks, the signal's reason, and InvalidParameterException where all
   * hosts are draining.
   */
  async first(): Promise<Placed | { known: TaskRecord[] }> {
    const { token, settling } = this.beside;
    for (;;) {
      this.ctx.signal.throwIfAborted();
      const known = await token?.replay(settling);
      if (known !== undefined) return { known };
      await unlessAborted(this.ctx.signal, findVolumes(this.ctx, this.wish));
      try {
        const placed = await this.place(this.tasks);
        if (isNowhereActive(this.wish, placed)) throw onlyDrainingInstances(this.wish.cluster);
        return placed.tasks.length > 0 ? placed : await this.again(placed);
      } catch (error) {
        if (!(error instanceof TokenTaken)) throw error;
      }
    }
  }

  /**
   * Those that had no place in `placed`, once more: the hosts are looked at first (see lookForRoom), since tasks may have
   * ended while nobody looked, and other users of the hosts may have gone. Throws as `first`.
   */
  async again({ tasks, failures }: Placed): Promise<Placed> {
    if (failures.length === 0 || this.looked) return { tasks: [], failures };
    await unlessAborted(this.ctx.signal, this.beside.settling.patiently());
    const [task] = this.tasks;
    this.looked = true;
    if (task === undefined || !(await lookForRoom(this.ctx, this.wish, task))) return { tasks: [], failures };
    const ids = new Set(tasks.map(({ id }) => id));
    return this.place(this.tasks.filter(({ id }) => !ids.has(id)));
  }

  private place(tasks: readonly Unplaced[]): Promise<Placed> {
    const note = async (draft: Draft, placed: Placed) => this.beside.token?.note(draft, placed.tasks);
    return placeTasks(this.ctx, this.wish, tasks, note);
  }
}

/** Whether no host was considered, since all are draining; one that is named (StartTask) has its own failure. */
const isNowhereActive = ({ only }: Wish, { failures }: Placed): boolean =>
  only === undefined && failures.some(({ reason }) => reason === 'DRAINING');
