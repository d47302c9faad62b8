import { DocumentError } from './document-error.js';

/** Parses YAML 1.2 with merge keys. Throws DocumentError at the first mistake. */
export async function parseYaml(text: string, source: string): Promise<unknown> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new DocumentError(source, wordsFor(error.code), { line, column: col });
  }
  const value: unknown = toValue(() => document.toJS(), source);
  if (typeof value !== 'object' || value === null) {
    throw new DocumentError(source, 'holds no names and values, neither as JSON nor as YAML');
  }
  return value;
}

/** Unresolved aliases, and more of them than any definition has, are found only now. */
function toValue(convert: () => unknown, source: string): unknown {
  try {
    return convert();
  } catch (error) {
    if (error instanceof ReferenceError)
      throw new DocumentError(source, 'has YAML aliases that lead nowhere or too far');
    throw error;
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
