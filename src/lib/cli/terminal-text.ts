import { steering } from '../api/steering.js';

/** For one line: newlines go too. */
export const clean = (text: string): string => text.replace(steering, ' ');

/** For text of several lines, which keeps its newlines and tabs. */
export const cleanLines = (text: string): string =>
  text.replace(steering, (found) => found.replace(/[^\n\t]+/g, ' '));

/**
 * A line of a container's log for a terminal: its colours stay and end with it; of a line that was written over itself
 * (progress), the last state.
 */
export function logLine(text: string): string {
  const written = withoutReturns(text);
  const last = written.slice(written.lastIndexOf('\r') + 1);
  let isColoured = false;
  const plain = last
    .split(sequence)
    .map((part, i) => {
      if (i % 2 === 0) return part.replace(steering, (found) => found.replace(/[^\t]+/g, ' '));
      if (!colour.test(part)) return '';
      isColoured = true;
      return part;
    })
    .join('');
  return isColoured ? `${plain}\u001b[0m` : plain;
}

/** Not by a pattern: one that ends in `$` tries each of a million returns anew, and a container may write so many. */
function withoutReturns(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\r') end--;
  return text.slice(0, end);
}

/** What terminals are told by: control sequences, and operating system commands such as links. */
// eslint-disable-next-line no-control-regex -- as above
const sequence = /(\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\))/;
// eslint-disable-next-line no-control-regex -- as above
const colour = /^\u001b\[[\d;:]*m$/;
