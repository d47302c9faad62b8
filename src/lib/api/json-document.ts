import type * as Jsonc from 'jsonc-parser';
import { DocumentError, positionAt } from './document-error.js';
import { shorten } from './shorten.js';

/** Parses JSON with comments and trailing commas. Throws DocumentError at the first mistake. */
export async function parseJson(text: string, source: string): Promise<unknown> {
  const jsonc = await import('jsonc-parser');
  const errors: Jsonc.ParseError[] = [];
  const tree = jsonc.parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) throw new DocumentError(source, ...describeError(error, text, jsonc));
  if (!tree) throw new DocumentError(source, 'is empty');
  return toValue(tree, text, source);
}

/** Own properties only, whatever their names (`__proto__`); a key that is given twice is a mistake. */
function toValue(node: Jsonc.Node, text: string, source: string): unknown {
  if (node.type === 'array') return (node.children ?? []).map((child) => toValue(child, text, source));
  if (node.type !== 'object') return node.value;
  const offsets = new Map<string, number>();
  const entries = (node.children ?? []).flatMap(({ children: [key, value] = [] }): [string, unknown][] => {
    if (!key || !value) return [];
    const name = String(key.value);
    const first = offsets.get(name);
    if (first !== undefined) {
      const { line } = positionAt(text, first);
      throw new DocumentError(
        source,
        `"${shorten(name)}" is given twice; first in line ${line}`,
        positionAt(text, key.offset),
      );
    }
    offsets.set(name, key.offset);
    return [[name, toValue(value, text, source)]];
  });
  return Object.fromEntries(entries);
}

type Described = [problem: string, position: { line: number; column: number }];

function describeError(error: Jsonc.ParseError, text: string, jsonc: typeof Jsonc): Described {
  const swallowing = swallowingComment(text, jsonc);
  if (swallowing !== undefined) {
    const problem =
      'the comment that // begins runs to the end of the line and swallows the rest of the JSON; ' +
      'put a line break after the words of the comment, or write it as /* … */';
    return [problem, positionAt(text, swallowing)];
  }
  const words = wordsFor(
    jsonc.printParseErrorCode(error.error),
    text.slice(error.offset, error.offset + error.length),
  );
  return [words, positionAt(text, error.offset)];
}

/**
 * Where a `//` comment hides what the document lacks: its text, seen as JSON, closes more brackets than it opens, or
 * it is the last line of a document that isn't complete without it.
 */
function swallowingComment(text: string, jsonc: typeof Jsonc): number | undefined {
  const scanner = jsonc.createScanner(text);
  const lineComment = 12 satisfies Jsonc.SyntaxKind.LineCommentTrivia;
  const endOfFile = 17 satisfies Jsonc.SyntaxKind.EOF;
  for (let token: number = scanner.scan(); token !== endOfFile; token = scanner.scan()) {
    if (token !== lineComment) continue;
    const comment = scanner.getTokenValue().slice(2);
    const closes = (comment.match(/[}\]]/g)?.length ?? 0) > (comment.match(/[{[]/g)?.length ?? 0);
    if (closes && /"\s*[:,}\]]|[}\]]\s*[,}\]]/.test(comment)) return scanner.getTokenOffset();
  }
  return undefined;
}

function wordsFor(code: string, token: string): string {
  if (token.startsWith("'")) return 'text must be in double quotes, not single ones';
  if (token === '“' || token === '”' || /^[“”]/.test(token))
    return 'typographic quotes; use plain double quotes';
  return errorWords[code] ?? 'not valid JSON';
}

const errorWords: Record<string, string> = {
  InvalidSymbol: 'this is neither a value nor a name in double quotes',
  InvalidNumberFormat: 'this is not a number',
  PropertyNameExpected: 'a name in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a closing } is missing',
  CloseBracketExpected: 'a closing ] is missing',
  EndOfFileExpected: 'there is more text after the end of the JSON',
  InvalidCommentToken: 'this is not a comment',
  UnexpectedEndOfComment: 'the comment that /* begins has no */',
  UnexpectedEndOfString: 'the closing double quote is missing',
  UnexpectedEndOfNumber: 'the number has no end',
  InvalidUnicode: 'a \\u escape needs four hexadecimal digits',
  InvalidEscapeCharacter: 'this \\ escape does not exist in JSON; write \\\\ for a backslash',
  InvalidCharacter: 'a control character stands in the text; write it as an escape, such as \\n',
};
