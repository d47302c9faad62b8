import type { Engine, LogsRequest, TaskLogLine } from '../engine/engine.js';
import { LineBuffer } from './line-buffer.js';
import type { Session } from './session.js';
import { clean, logLine } from './terminal-text.js';
import type { Style } from './terminal.js';

export interface LogOptions extends LogsRequest {
  timestamps?: boolean;
}

/** One for each task, so that eyes can follow it. */
const STYLES: readonly Style[] = ['cyan', 'magenta', 'yellow', 'green', 'blue'];

/**
 * Prints log lines as they come: what containers wrote to stdout on stdout, to stderr on stderr. Where there is more
 * than one task or container, each line says whose it is. In a form that was asked for, all of them to stdout, as
 * records. Ends when the containers did, or when nobody reads on.
 */
export async function followLogs(
  engine: Engine,
  { timestamps, ...request }: LogOptions,
  session: Session,
): Promise<void> {
  const ended = new AbortController();
  session.terminal.onReaderGone(() => ended.abort());
  const signals = [session.interrupts.signal, ended.signal, request.signal];
  const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const isForPrograms = session.options.output !== undefined || session.options.query !== undefined;
  const prefix = prefixer(request, session);
  const { progress, terminal } = session;
  const isShown = { stdout: terminal.answerToPeople, stderr: terminal.talkToPeople };
  const lines = new LineBuffer((stream, text) =>
    stream === 'stdout' ? progress.print(text) : progress.printError(text),
  );
  try {
    for await (const line of engine.logs({ ...request, signal })) {
      if (progress.question) await progress.question;
      const room = terminal.readersCaughtUp();
      if (room) await Promise.race([room, aborted]);
      if (isForPrograms) {
        await session.printItem(record(line));
        continue;
      }
      const head = `${prefix(line)}${timestamps ? `${clean(line.timestamp)} ` : ''}`;
      lines.add(line.stream, `${head}${isShown[line.stream] ? logLine(line.text) : line.text}\n`);
    }
  } finally {
    lines.flush();
  }
}

const record = ({ timestamp, taskId, family, container, host, stream, text }: TaskLogLine) => ({
  timestamp,
  taskId,
  family,
  container,
  host,
  stream,
  message: text,
});

/** `[1f2e3d4c app] `; nothing while there is only one of them. */
function prefixer({ tasks, family, service }: LogsRequest, session: Session): (line: TaskLogLine) => string {
  const isOne = tasks?.length === 1;
  const isMixed = tasks === undefined && family === undefined && service === undefined;
  const styles = new Map<string, Style>();
  return (line) => {
    if (isOne && line.containers === 1) return '';
    const task = isMixed ? `${line.family} ${line.taskId.slice(0, 8)}` : line.taskId.slice(0, 8);
    const style = styles.get(line.taskId) ?? (STYLES[styles.size % STYLES.length] as Style);
    styles.set(line.taskId, style);
    const paint = line.stream === 'stdout' ? session.terminal.style : session.terminal.talkStyle;
    return `${paint(style, `[${clean(isOne ? line.container : `${task} ${line.container}`)}]`)} `;
  };
}
