import { EcsError, type EcsErrorCode } from './errors.js';

/** How many problems one message lists before it only counts the rest. */
const listed = 20;

/**
 * Throws one EcsError that names every problem; does nothing where there is none. A single problem is the message
 * itself, so that ECS's own texts come through as they are.
 */
export function throwProblems(code: EcsErrorCode, subject: string, problems: readonly string[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw new EcsError(code, first);
  const lines = problems.slice(0, listed).map((problem) => `\n- ${problem}`);
  const more = problems.length > listed ? `\n- and ${problems.length - listed} more` : '';
  throw new EcsError(code, `${subject} has ${problems.length} problems:${lines.join('')}${more}`);
}

/** A name or value of the user's as it may stand in a message: without control characters and not too long. */
export function shorten(text: string, limit = 60): string {
  // eslint-disable-next-line no-control-regex -- these are what a terminal must not be sent
  const printable = text.slice(0, limit + 1).replace(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD');
  return text.length <= limit ? printable : `${printable.slice(0, limit - 20)}… (${text.length} characters)`;
}
