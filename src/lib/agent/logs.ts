import type { DockerHost } from '../hosts/docker-host.js';
import type { LogLine, LogOptions } from '../hosts/container-types.js';
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

/** Ms that reading the end of a log may take. */
const longestRead = 10_000;
/** An engine sends as many lines as it was asked for; long ones may come in several pieces. */
const mostLinesRead = 2000;
const mostBytesRead = 8 * 1024 * 1024;

/**
 * A container's last lines, oldest first: what a record keeps when the container goes. At most `count` lines and
 * `maxBytes` of text (UTF-8); the oldest give way, and a last line that is longer is cut. None where the log can't be
 * read (driver `none`) or the container is gone. A log that has no end, or takes longer than `longest` ms, is read no
 * further. Throws HostError where the host is out of reach.
 */
export async function lastLines(
  host: DockerHost,
  id: string,
  count: number,
  maxBytes: number,
  longest = longestRead,
): Promise<ContainerLogLine[]> {
  const lines: ContainerLogLine[] = [];
  let bytes = 0;
  let [linesRead, bytesRead] = [0, 0];
  try {
    for await (const line of containerLogs(host, id, { tail: count, signal: AbortSignal.timeout(longest) })) {
      const size = Buffer.byteLength(line.text);
      lines.push(line);
      bytes += size;
      while ((bytes > maxBytes && lines.length > 1) || lines.length > count)
        bytes -= Buffer.byteLength(lines.shift()?.text ?? '');
      linesRead += 1;
      bytesRead += size;
      if (linesRead >= mostLinesRead || bytesRead >= mostBytesRead) break;
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
