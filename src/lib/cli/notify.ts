import { spawn } from 'node:child_process';
import type { EngineEvent } from '../engine/events.js';
import { textFlag, type CliFlags } from './flag.js';
import { count } from '../api/count.js';
import type { Session } from './session.js';
import { textOf } from './words.js';

/** Milliseconds that the command has for one event. */
const LIMIT = 10_000;

export const notifyFlags: CliFlags = {
  'notify-command': textFlag(
    'A command for the shell that gets each event of a service as JSON on its standard input',
    { helpGroup: 'longshore', helpValue: '<command>' },
  ),
};

type ServiceEvent = Extract<EngineEvent, { type: 'service-event' }>;

/** Runs the user's --notify-command for the session's service events, where there is one. To be ended before the answer. */
export function notifierOf(session: Session): Notifier | undefined {
  const command = textOf(session.words, 'notify-command');
  if (command === undefined) return undefined;
  const notifier = new Notifier(command, (message) => session.progress.onEvent({ type: 'warning', message }));
  session.onEvent = (event) => {
    if (event.type === 'service-event') notifier.take(event);
  };
  return notifier;
}

/** One command after the other, in the order of the events; what goes wrong with them disturbs nothing. */
export class Notifier {
  private last: Promise<void> = Promise.resolve();
  /** The time for what is left is over. */
  private isLate = false;
  private lost = 0;

  constructor(
    private readonly command: string,
    private readonly warn: (message: string) => void,
    private readonly limit = LIMIT,
  ) {}

  take({ cluster, service, id, at, message }: ServiceEvent): void {
    const event = { cluster, service, id, createdAt: new Date(at).toISOString(), message };
    this.last = this.last.then(async () => {
      if (this.isLate) return void (this.lost += 1);
      const fault = await run(this.command, `${JSON.stringify(event)}\n`, this.limit);
      if (fault !== undefined) this.warn(`--notify-command ${fault}`);
    });
  }

  /** Until all that came has been passed on, but for what a slow command would keep the user waiting for. */
  async end(): Promise<void> {
    const timer = setTimeout(() => (this.isLate = true), this.limit);
    await this.last;
    clearTimeout(timer);
    if (this.lost > 0) this.warn(`--notify-command is slow: ${count(this.lost, 'event')} not passed on`);
  }
}

/** Resolves with what went wrong, if anything did. */
function run(command: string, input: string, limit: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    const timer = setTimeout(() => {
      resolve(`took longer than ${limit / 1000} s`);
      if (child.pid !== undefined) killGroup(child.pid);
    }, limit);
    child.once('error', (error) => end(error.message));
    child.once('close', (code) => end(code === 0 ? undefined : `ended with ${code}`));
    // A command that reads nothing is no fault.
    child.stdin.once('error', () => undefined);
    child.stdin.end(input);
    function end(fault: string | undefined): void {
      clearTimeout(timer);
      resolve(fault);
    }
  });
}

/** A command with what it has started; one that has just ended is none any more. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone by itself.
  }
}
