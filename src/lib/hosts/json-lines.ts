/** The JSON values of a stream, one a line, as the engine tells events and progress. Lines that are no JSON are left out. */
export async function* jsonLines<T>(stream: AsyncIterable<Buffer | string>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield* parsed<T>(line);
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
