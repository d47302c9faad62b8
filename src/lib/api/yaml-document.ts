import type * as Yaml from 'yaml';
import { DocumentError } from './document-error.js';

/** Parses YAML 1.2 with merge keys. Throws DocumentError at the first mistake. */
export async function parseYaml(text: string, source: string): Promise<unknown> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    // It compares each key with each before it, which takes minutes for the keys that a document has room for.
    uniqueKeys: false,
  });
  const fail = (code: string, offset: number): never => {
    const { line, col } = lines.linePos(offset);
    throw new DocumentError(source, wordsFor(code), { line, column: col });
  };
  const [error] = document.errors;
  if (error) fail(error.code, error.pos[0]);
  if (aliasesIn(document, yaml) > mostAliases)
    throw new DocumentError(source, `has more than ${mostAliases} YAML aliases`);
  const repeated = repeatedKey(document, yaml);
  if (repeated !== undefined) fail('DUPLICATE_KEY', repeated);
  const value: unknown = toValue(() => document.toJS(), source);
  if (typeof value !== 'object' || value === null) {
    throw new DocumentError(source, 'holds no names and values, neither as JSON nor as YAML');
  }
  return value;
}

/** The parser looks through the document for what each of them means, which takes minutes for as many as there is room for. */
const mostAliases = 1000;

function aliasesIn(document: Yaml.Document, yaml: typeof Yaml): number {
  let count = 0;
  yaml.visit(document, {
    Alias() {
      count += 1;
    },
  });
  return count;
}

/** Offset of a key that stands twice in its map; undefined where none does. */
function repeatedKey(document: Yaml.Document, yaml: typeof Yaml): number | undefined {
  let offset: number | undefined;
  yaml.visit(document, {
    Map(_, { items }) {
      const names = new Set<string>();
      for (const { key } of items) {
        // A merge key (its value is a symbol) may be there several times.
        if (!yaml.isScalar(key) || typeof key.value === 'symbol') continue;
        const name = String(key.value);
        if (names.has(name)) offset = key.range?.[0] ?? 0;
        if (offset !== undefined) return yaml.visit.BREAK;
        names.add(name);
      }
    },
  });
  return offset;
}

/** Unresolved aliases, and more of them than any definition has, are found only now. */
function toValue(convert: () => unknown, source: string): unknown {
  try {
    return convert();
  } catch (error) {
    if (error instanceof ReferenceError)
      throw new DocumentError(source, 'has YAML aliases that lead nowhere or too far');
    if (error instanceof RangeError) throw error;
    throw new DocumentError(source, 'has a merge key (<<) for something else than names and values');
  }
}

/** The parser's own messages repeat the text, which may hold secrets. */
function wordsFor(code: string): string {
  return errorWords[code] ?? 'not valid YAML';
}

const errorWords: Record<string, string> = {
  BAD_INDENT: 'the indentation does not fit the lines before',
  BAD_SCALAR_START: 'a value must not begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a name and its value must be on one line, or indented',
  BLOCK_IN_FLOW: 'an indented block must not stand in { } or [ ]',
  DUPLICATE_KEY: 'this name is given twice',
  MISSING_CHAR: 'a character is missing here, such as a closing quote, bracket or colon',
  MULTILINE_IMPLICIT_KEY: 'a name must be on one line, with a colon',
  MULTIPLE_DOCS: 'there is more than one document in it',
  TAB_AS_INDENT: 'tabs must not indent; use spaces',
  UNEXPECTED_TOKEN: 'this is not expected here',
};
