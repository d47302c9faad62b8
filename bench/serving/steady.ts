import { Agent, request as httpRequest } from 'node:http';
import type { Request } from 'autocannon';

/**
 * Sends so many requests a second, at their times whether or not those before have been answered, for so many seconds.
 * Returns the milliseconds from when each was to be sent to its answer's end, in ascending order. Throws where one is
 * not answered with 200.
 */
export async function steadily(
  url: URL,
  requests: readonly Request[],
  rate: number,
  seconds: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 50, scheduling: 'fifo' });
  const begun = performance.now();
  const total = rate * seconds;
  const under: Promise<number>[] = [];
  try {
    while (under.length < total) {
      const due = Math.min(total, Math.floor(((performance.now() - begun) * rate) / 1000) + 1);
      while (under.length < due) {
        const one = requests[under.length % requests.length] as Request;
        const at = begun + (under.length * 1000) / rate;
        under.push(send(url, one, agent).then(() => performance.now() - at));
      }
      // Timers are late by up to a millisecond, which would count as the server's: the loop comes round at once.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return (await Promise.all(under)).sort((a, b) => a - b);
  } finally {
    agent.destroy();
  }
}

/** The value that so many of a hundred don't exceed; `sorted` ascends. */
export const percentile = (sorted: readonly number[], of: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * of) / 100))] ?? NaN;

function send(url: URL, { method, path, headers, body }: Request, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: url.hostname,
        port: url.port,
        method,
        path,
        agent,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        response.once('error', reject);
        response.once('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`answered with ${response.statusCode}`)),
        );
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
