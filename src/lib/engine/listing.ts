import type { OperationName } from '../api/operations.js';
import { decodeToken, encodeToken, pageSize } from '../api/pagination.js';
import type { Entry, ListQuery } from '../store/store.js';
import type { EngineContext } from './context.js';

export interface Page<T> {
  values: T[];
  /** `{nextToken}` where there is more. */
  next: { nextToken?: string };
}

/** One page of records in key order; `keep` leaves out what doesn't match, and reading goes on until the page is full. */
export async function listPage<T>(
  ctx: Pick<EngineContext, 'store'>,
  operation: OperationName,
  input: { nextToken?: string | undefined; maxResults?: number | undefined },
  query: Pick<ListQuery, 'prefix' | 'index' | 'reverse'>,
  keep: (value: T) => boolean = () => true,
): Promise<Page<T>> {
  const limit = pageSize(operation, input.maxResults);
  const kept: Entry<T>[] = [];
  let after = input.nextToken === undefined ? undefined : decodeToken(operation, input.nextToken);
  // One more than the page, to know whether there is a next one.
  while (kept.length <= limit) {
    const read: Entry<T>[] = await ctx.store.list<T>({
      ...query,
      limit: limit + 1,
      ...(after === undefined ? {} : { after }),
    });
    kept.push(...read.filter((entry) => keep(entry.value)));
    after = read.at(-1)?.key;
    if (read.length <= limit) break;
  }
  const page = kept.slice(0, limit);
  const last = page.at(-1);
  return {
    values: page.map((entry) => entry.value),
    next: kept.length > limit && last !== undefined ? { nextToken: encodeToken(operation, last.key) } : {},
  };
}
