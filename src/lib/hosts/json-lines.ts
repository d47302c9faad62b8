/** Characters: a line of events or progress has some hundreds. */
const longestLine = 1024 * 1024;

/**
 * The JSON values of a stream, one a line, as the engine tells events and progress. Lines that are no JSON are left out.
 * Throws what `fail` makes of the words where a line has no end.
 */
export async function* jsonLines<T>(
  stream: AsyncIterable<Buffer | string>,
  fail: (words: string) => Error = (words) => new Error(words),
): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const [head = '', ...more] = (
      typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    ).split('\n');
    const lines = [rest + head, ...more];
    rest = lines.pop() ?? '';
    for (const line of lines) yield* parsed<T>(line);
    if (rest.length > longestLine) throw fail('the engine sent a line of more than 1 MiB');
  }
  yield* parsed<T>(rest);
}

function* parsed<T>(line: string): Generator<T> {
  if (line.trim() === '') return;
  let value: T;
  try {
    value = JSON.parse(line) as T;
  } catch {
    return;
  }
  yield value;
}
