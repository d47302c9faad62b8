import type { Fields } from './answer-fields.js';

/** Characters: a line of events or progress has some hundreds. */
const longestLine = 1024 * 1024;

/**
 * The JSON objects of a stream, one a line, as the engine tells events and progress. Other lines are left out.
 * Throws what `fail` makes of the words where a line has no end.
 */
export async function* jsonLines(
  stream: AsyncIterable<Buffer | string>,
  fail: (words: string) => Error = (words) => new Error(words),
): AsyncGenerator<Fields> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const [head = '', ...more] = (
      typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    ).split('\n');
    const lines = [rest + head, ...more];
    rest = lines.pop() ?? '';
    for (const line of lines) yield* parsed(line);
    if (rest.length > longestLine) throw fail('the engine sent a line of more than 1 MiB');
  }
  yield* parsed(rest);
}

function* parsed(line: string): Generator<Fields> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) yield value as Fields;
}
