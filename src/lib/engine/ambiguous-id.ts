import { severalBegin } from '../api/errors.js';
import { shortIds } from '../api/short-ids.js';

/** Most candidates that a message names. */
const MOST = 8;

/** How many records to read for a beginning: enough to name them, and to know that there are more. */
export const ENOUGH = MOST + 1;

/** One that the beginning of an id could mean; `what` tells people which it is. */
export interface Candidate {
  id: string;
  what: string;
}

/**
 * The id that an unambiguous beginning means; undefined where nothing begins so. Throws InvalidParameterException with
 * the candidates where several do.
 */
export function onlyOne<T extends Candidate>(
  kind: string,
  beginning: string,
  candidates: readonly T[],
): T | undefined {
  if (candidates.length <= 1) return candidates[0];
  const short = shortIds(candidates.map(({ id }) => id));
  const named = candidates.slice(0, MOST).map(({ id, what }) => `${short.get(id)} (${what})`);
  throw severalBegin(kind, beginning, ...named, ...(candidates.length > MOST ? ['others'] : []));
}
