import { Readable } from 'node:stream';
import type { LoadOptions } from './docker-host.js';
import { answerOf, refusal, wordsIn, type Open } from './docker-streams.js';
import type { Engine } from './engine.js';
import { EngineRefusal } from './engine-modem.js';
import { jsonLines } from './json-lines.js';
import { Silence } from './silence.js';

/** Seconds: an engine may copy a whole image before it says the first byte, or after it has heard the last. */
const patience = 600;

/** The image's archive, chunk by chunk as it is read. Throws HostError, or the signal's reason. */
export async function* saveImage(
  engine: Engine,
  reference: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const silence = new Silence(patience, signal);
  const open: Open = (docker, rest) =>
    (docker as unknown as SavesImages).getImages({ _query: { names: reference }, ...rest });
  try {
    yield* silence.between(answerOf(engine, open, silence.signal, patience));
    silence.check(engine, `saving ${reference}`);
  } finally {
    silence.end();
  }
}

/** Throws HostError, what the archive throws, or the signal's reason. */
export async function loadImage(
  engine: Engine,
  archive: () => AsyncIterable<Buffer>,
  { signal, onProgress }: LoadOptions,
): Promise<void> {
  const silence = new Silence(patience, signal);
  let fault: { error: unknown } | undefined;
  const body = async function* () {
    let sent = 0;
    try {
      for await (const chunk of archive()) {
        yield chunk;
        silence.broken();
        onProgress?.((sent += chunk.length));
      }
    } catch (error) {
      fault = { error };
      throw error;
    }
  };
  const open: Open = (docker, rest) =>
    docker.loadImage(Readable.from(body(), { objectMode: false }), rest as object);
  try {
    const answer = answerOf(engine, open, silence.signal, Infinity, false);
    for await (const line of jsonLines(answer, refusal(engine))) {
      // The answer has begun well, so there is no status any more.
      if (line['error'] !== undefined)
        throw engine.streamError(new EngineRefusal(500, wordsIn(line['error'])));
      silence.broken();
    }
    silence.check(engine, 'loading an image');
  } catch (error) {
    throw fault === undefined ? error : fault.error;
  } finally {
    silence.end();
  }
}

/** The package's types leave it out. */
interface SavesImages {
  getImages(options: object): Promise<NodeJS.ReadableStream>;
}
