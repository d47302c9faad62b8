import { jsonMembers } from '../api/json-members.js';
import { type CliFlags, textFlag } from './flag.js';
import { UsageError } from './usage-error.js';
import { textOf, type Words } from './words.js';

/** Flags of verbs whose answers come in pages. */
export const pagingFlags: CliFlags = {
  'max-items': textFlag('Show at most so many, and a token to go on with', { helpValue: '<number>' }),
  'starting-token': textFlag('Go on after the items that --max-items ended with', { helpValue: '<token>' }),
  'page-size': textFlag('Items that are asked for at once; all are shown all the same', {
    helpValue: '<number>',
  }),
};

/** How pages are put together. */
export interface Paging {
  maxItems?: number;
  pageSize?: number;
  start: Position;
}

/** A place between two items: the page that a token of the operation gives, and how many of its items to leave out. */
export interface Position {
  nextToken: string | undefined;
  skip?: number;
}

/**
 * What the words say of pages; undefined: the one page that was asked for, since they or the input say which. Throws
 * UsageError.
 */
export function readPaging(words: Words, input: Readonly<Record<string, unknown>>): Paging | undefined {
  const onePage = ['maxResults', 'nextToken'].some((member) => (input[member] ?? undefined) !== undefined);
  if (onePage || words.given.get('paginate') === false) {
    const other = Object.keys(pagingFlags).find((flag) => words.given.has(flag));
    if (other === undefined) return undefined;
    throw new UsageError(
      `--${other} puts pages together, and one page is asked for`,
      'Leave out the one or the other.',
    );
  }
  return {
    maxItems: wholeNumber(words, 'max-items', 0),
    pageSize: wholeNumber(words, 'page-size', 1),
    start: readPosition(textOf(words, 'starting-token')),
  };
}

function wholeNumber(words: Words, flag: string, least: number): number | undefined {
  const text = textOf(words, flag);
  if (text === undefined) return undefined;
  const value = /^\s*\+?\d+\s*$/.test(text) ? Number(text) : -1;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${flag} takes a whole number, ${least} or more, not "${text}"`);
}

/** The token for a place, as the AWS CLI writes it. */
export function tokenFor({ nextToken, skip }: Position): string {
  const token = JSON.stringify(nextToken ?? null);
  const inside = skip === undefined ? '' : `, "boto_truncate_amount": ${skip}`;
  const json = `{"nextToken": ${token}${inside}}`;
  return Buffer.from(json).toString('base64');
}

/** What isn't such a token is one of the operation's own. */
function readPosition(token: string | undefined): Position {
  const read = token === undefined ? undefined : jsonMembers(Buffer.from(token, 'base64').toString());
  if (!read || !Object.keys(read).every((key) => ['nextToken', 'boto_truncate_amount'].includes(key)))
    return { nextToken: token };
  const { nextToken, boto_truncate_amount: skip } = read;
  return {
    nextToken: typeof nextToken === 'string' ? nextToken : undefined,
    skip: Number(skip) || undefined,
  };
}
