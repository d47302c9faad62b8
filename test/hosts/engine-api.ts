import { request } from 'node:http';
import { patience } from './wait.js';

export type EngineAnswer = { status: number; body: string };

/**
 * One request to an engine's own Unix socket, without SSH and without Docker's CLI.
 * @throws Error when the socket isn't there, refuses, or gives no answer within `timeoutMs` (default 30,000).
 */
export function askEngine(
  socketPath: string,
  method: string,
  path: string,
  options: { body?: Buffer; type?: string; timeoutMs?: number } = {},
): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = { host: 'docker' };
    if (options.body) {
      headers['content-type'] = options.type ?? 'application/json';
      headers['content-length'] = options.body.length;
    }

    const asked = request({ socketPath, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    const timeoutMs = (options.timeoutMs ?? 30_000) * patience;
    const timer = setTimeout(
      () => asked.destroy(new Error(`No answer from ${socketPath} in ${timeoutMs} ms`)),
      timeoutMs,
    );
    asked.on('error', reject);
    asked.on('close', () => clearTimeout(timer));
    asked.end(options.body);
  });
}

/** As {@link askEngine}, for requests that must succeed: gives the parsed body. */
export async function tellEngine<T = unknown>(
  socketPath: string,
  method: string,
  path: string,
  options: { body?: Buffer; type?: string; timeoutMs?: number } = {},
): Promise<T> {
  const { status, body } = await askEngine(socketPath, method, path, options);
  if (status >= 400) throw new Error(`The engine refused ${method} ${path} (${status}): ${body.trim()}`);
  return (body.startsWith('{') || body.startsWith('[') ? lastJson(body) : body) as T;
}

/** Progress comes as one JSON object a line; the last one says how it ended. */
function lastJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return JSON.parse(body.trim().split('\n').at(-1) ?? '{}');
  }
}
