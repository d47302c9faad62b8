import {
  type OperationFacts,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  Operations,
} from '../api/operations.js';
import { loadSchema } from '../api/schema.js';
import type { Engine } from '../engine/engine.js';
import type { Words } from './words.js';

/**
 * Calls an operation and, where its answer comes in pages, goes on to the last one, as the AWS CLI does unless the
 * user asks for a page.
 */
export async function callPages<K extends OperationName>(
  engine: Engine,
  operation: K,
  input: OperationInput<K>,
  words: Words,
): Promise<OperationOutput<K>> {
  const { pages }: OperationFacts = Operations[operation];
  const first = await engine.call(operation, input);
  if (pages === undefined || wantsOnePage(words)) return first;
  let page = first as Page;
  // The hosts were asked for the first page; what they said is in the records now.
  const rest = { ...input, ...('refresh' in (loadSchema(operation).properties ?? {}) && { refresh: false }) };
  const items = [...listOf(page, pages)];
  while (page.nextToken !== undefined) {
    page = (await engine.call(operation, { ...rest, nextToken: page.nextToken })) as Page;
    items.push(...listOf(page, pages));
  }
  const { nextToken: _, ...whole } = first as Page;
  return { ...whole, [pages]: items } as OperationOutput<K>;
}

const wantsOnePage = ({ given }: Words): boolean =>
  given.has('max-results') || given.has('next-token') || given.get('paginate') === false;

type Page = { nextToken?: string } & Record<string, unknown>;

const listOf = (page: Page, pages: string): unknown[] => (page[pages] as unknown[] | undefined) ?? [];
