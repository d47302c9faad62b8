import { sharedVolumes } from '../../scheduler/volumes.js';
import { within } from '../pause.js';
import type { Wish } from '../wish.js';

/** Ms that a caller waits for one: a host that is about to be found silent holds up nobody's answer. */
const PATIENCE = 2000;

/** Looks at the hosts of clusters, of which those that many callers want at once are one. */
export class SharedLooks {
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(private readonly look: (wish: Wish) => Promise<void>) {}

  /** Returns when the hosts that the wish considers have been looked at, or after two seconds. Throws as `look`. */
  async share(wish: Wish): Promise<void> {
    const volumes = sharedVolumes(wish.definition.definition).map(({ name }) => name);
    const key = JSON.stringify([wish.cluster, wish.only, volumes]);
    let look = this.underWay.get(key);
    if (look === undefined) {
      look = this.look(wish).finally(() => this.underWay.delete(key));
      this.underWay.set(key, look);
    }
    await within(PATIENCE, look);
  }
}
