import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ReadStream } from 'node:tty';

/** Ms in which a process that is to stop has stopped, or never will: where no shell could let it go on. */
const STOPPING = 100;

/**
 * Keeps what is typed from showing among lines that move, until the returned function is called. It isn't read: the shell
 * gets it afterwards, and Ctrl-C, Ctrl-Z and Ctrl-\ do what they do, `onStop` before the process is stopped. Nothing is done
 * where somebody reads the terminal, where the process is not in its foreground, or has no stty; when the process ends, the
 * terminal is what it was.
 */
export function hideTyping(stdin: ReadStream, onStop: () => void): () => void {
  if (isRead(stdin) || !isInForeground() || !echoes()) return () => undefined;
  let hidden = setEcho(false);
  let stopped: NodeJS.Timeout | undefined;
  const show = () => {
    if (hidden) setEcho(true);
    hidden = false;
  };
  const goOn = () => {
    if (stopped !== undefined) process.on('SIGTSTP', stop);
    clearTimeout(stopped);
    stopped = undefined;
    // A shell has changed the terminal's mode meanwhile, also where nobody let us know (SIGSTOP), and may go on without us.
    hidden = isInForeground() && setEcho(false);
  };
  const stop = () => {
    onStop();
    show();
    process.off('SIGTSTP', stop);
    process.kill(process.pid, 'SIGTSTP');
    stopped = setTimeout(goOn, STOPPING);
  };
  const quit = () => {
    show();
    process.off('SIGQUIT', quit);
    process.kill(process.pid, 'SIGQUIT');
  };
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', goOn);
  process.on('SIGQUIT', quit);
  return () => {
    process.off('SIGTSTP', stop);
    process.off('SIGCONT', goOn);
    process.off('SIGQUIT', quit);
    clearTimeout(stopped);
    show();
  };
}

const isRead = (stdin: ReadStream): boolean => stdin.isRaw || stdin.readableFlowing === true;

/** Who is in the background and changes the terminal's mode is stopped by it. */
function isInForeground(): boolean {
  const [group, foreground] = process.platform === 'linux' ? groupsOfProc() : groupsOfPs();
  return group !== undefined && group === foreground;
}

/** The process's group, and the one in the foreground of its terminal. */
function groupsOfProc(): (string | undefined)[] {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // The name in parentheses may hold anything; behind it stand state, parent, group, session, terminal, foreground.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [group, foreground];
  } catch {
    return [];
  }
}

function groupsOfPs(): string[] {
  const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' });
  return (stdout ?? '').trim().split(/\s+/);
}

/** Who has turned it off before needs it so. */
function echoes(): boolean {
  const { stdout } = stty('-a');
  return /(^|\s)echo[\s;]/.test(stdout ?? '');
}

const setEcho = (on: boolean): boolean => stty(on ? 'echo' : '-echo').status === 0;

const stty = (word: string) =>
  spawnSync('stty', [word], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' });
