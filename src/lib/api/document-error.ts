import { EcsError } from './errors.js';

/** A document that can't be read as JSON or YAML, or isn't what was expected: the user's file is to be mended. */
export class DocumentError extends EcsError {
  constructor(
    /** What the user would call the document: a path, `--overrides`. */
    readonly source: string,
    problem: string,
    /** Both count from 1. */
    readonly position?: { line: number; column: number },
  ) {
    const place = position ? `, line ${position.line}, column ${position.column}` : '';
    super('InvalidParameterException', `${source}${place}: ${problem}`);
  }
}

/** Line and column of an offset, counted from 1. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
