import {
  type OperationFacts,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  Operations,
} from '../api/operations.js';
import { loadSchema } from '../api/schema.js';
import type { Engine } from '../engine/engine.js';
import { type Paging, readPaging, tokenFor } from './paging.js';
import type { Words } from './words.js';

/**
 * Calls an operation and, where its answer comes in pages, goes on to the last one, or as far as the words say; then
 * the answer has a `NextToken` to go on with, as the AWS CLI has it. Throws UsageError, and what the engine throws.
 */
export async function callPages<K extends OperationName>(
  engine: Engine,
  operation: K,
  input: OperationInput<K>,
  words: Words,
): Promise<OperationOutput<K>> {
  const { pages }: OperationFacts = Operations[operation];
  const paging = pages === undefined ? undefined : readPaging(words, input as Record<string, unknown>);
  if (pages === undefined || paging === undefined) return engine.call(operation, input);
  const call = (more: object) => engine.call(operation, { ...input, ...more }) as Promise<Page>;
  return (await allPages(call, pages, paging, operation)) as OperationOutput<K>;
}

type Page = { nextToken?: string } & Record<string, unknown>;

async function allPages(
  call: (more: object) => Promise<Page>,
  pages: string,
  { maxItems = Infinity, pageSize, start }: Paging,
  operation: OperationName,
): Promise<object> {
  const size = pageSize === undefined ? {} : { maxResults: pageSize };
  const items: unknown[] = [];
  let { nextToken, skip = 0 } = start;
  let whole: Page | undefined;
  for (;;) {
    const token = nextToken === undefined ? {} : { nextToken };
    const page = await call({ ...size, ...token, ...(whole && rest(operation)) });
    const { nextToken: following, ...firstPage } = page;
    whole ??= firstPage;
    const found = listOf(page, pages).slice(skip);
    const room = maxItems - items.length;
    items.push(...found.slice(0, room));
    const answer = { ...whole, [pages]: items };
    if (found.length > room) return { ...answer, NextToken: tokenFor({ nextToken, skip: skip + room }) };
    if (following === undefined) return answer;
    if (items.length === maxItems) return { ...answer, NextToken: tokenFor({ nextToken: following }) };
    [nextToken, skip] = [following, 0];
  }
}

/** The hosts were asked for the first page; what they said is in the records now. */
const rest = (operation: OperationName): object =>
  'refresh' in (loadSchema(operation).properties ?? {}) ? { refresh: false } : {};

const listOf = (page: Page, pages: string): unknown[] => (page[pages] as unknown[] | undefined) ?? [];
