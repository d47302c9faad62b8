import type { Engine, LogsRequest, TaskLogLine } from '../engine/engine.js';
import type { Session } from './session.js';
import { clean } from './terminal-text.js';
import type { Style } from './terminal.js';

export interface LogOptions extends LogsRequest {
  timestamps?: boolean;
}

/** One for each task, so that eyes can follow it. */
const STYLES: readonly Style[] = ['cyan', 'magenta', 'yellow', 'green', 'blue'];

/**
 * Prints log lines as they come: what containers wrote to stdout on stdout, to stderr on stderr. Where there is more
 * than one task or container, each line says whose it is. Ends when the containers did, or when nobody reads on.
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
  const prefix = prefixer(request, session);
  for await (const line of engine.logs({ ...request, signal })) {
    const text = `${prefix(line)}${timestamps ? `${clean(line.timestamp)} ` : ''}${line.text}\n`;
    if (line.stream === 'stdout') session.progress.print(text);
    else session.progress.printError(text);
  }
}

/** `[1f2e3d4c app] `; nothing while there is only one of them. */
function prefixer({ tasks, container }: LogsRequest, session: Session): (line: TaskLogLine) => string {
  const containers = new Set<string>();
  const order: string[] = [];
  return (line) => {
    containers.add(line.container);
    if (!order.includes(line.taskId)) order.push(line.taskId);
    if (tasks.length < 2 && (container !== undefined || containers.size < 2)) return '';
    const name = tasks.length < 2 ? line.container : `${line.taskId.slice(0, 8)} ${line.container}`;
    const style = STYLES[order.indexOf(line.taskId) % STYLES.length] as Style;
    const paint = line.stream === 'stdout' ? session.terminal.style : session.terminal.talkStyle;
    return `${paint(style, `[${clean(name)}]`)} `;
  };
}
