import type { DockerHost, LogLine, LogOptions } from '../hosts/docker-host.js';
import { isRefusal } from './engine-words.js';

export interface ContainerLogLine extends LogLine {
  /** Epoch milliseconds by the client's clock; undefined where the engine gave no time. */
  time: number | undefined;
}

export interface ContainerLogOptions extends Omit<LogOptions, 'since' | 'until'> {
  /** Epoch milliseconds by the client's clock. */
  since?: number;
  until?: number;
}

/** A container's log lines with times of the client's clock. Ends at the container's end, or when aborted. Throws HostError. */
export async function* containerLogs(
  host: DockerHost,
  id: string,
  { since, until, ...options }: ContainerLogOptions = {},
): AsyncGenerator<ContainerLogLine> {
  const { clockOffset } = await host.info();
  const there = (time: number | undefined) => (time === undefined ? undefined : (time + clockOffset) / 1000);
  for await (const line of host.logs(id, { ...options, since: there(since), until: there(until) })) {
    const time = Date.parse(line.timestamp);
    yield { ...line, time: Number.isNaN(time) ? undefined : time - clockOffset };
  }
}

/**
 * A container's last lines, oldest first: what a record keeps when the container goes. At most `count` lines and
 * `maxBytes` of text (UTF-8); the oldest give way, and a last line that is longer is cut. None where the log can't be
 * read (driver `none`) or the container is gone. Throws HostError where the host is out of reach.
 */
export async function lastLines(
  host: DockerHost,
  id: string,
  count: number,
  maxBytes: number,
): Promise<ContainerLogLine[]> {
  const lines: ContainerLogLine[] = [];
  let bytes = 0;
  try {
    for await (const line of containerLogs(host, id, { tail: count })) {
      lines.push(line);
      bytes += Buffer.byteLength(line.text);
      while (bytes > maxBytes && lines.length > 1) bytes -= Buffer.byteLength(lines.shift()?.text ?? '');
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return bytes > maxBytes ? lines.map((line) => ({ ...line, text: beginning(line.text, maxBytes) })) : lines;
}

/** As much of a text as fits into so many bytes of UTF-8, without half a character. */
function beginning(text: string, maxBytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, maxBytes), { stream: true });
}
