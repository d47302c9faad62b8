import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Progress } from '../../../src/lib/cli/progress.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { fakeTerminal } from './kit.js';

const now = () => Date.now();
const pull = {
  type: 'pull',
  host: 'web1',
  image: 'busybox:1.36',
  status: 'Downloading',
  current: 1.5e6,
  total: 4e6,
  done: false,
} as const;

/** What a terminal shows after these bytes: only what Progress uses (up, carriage return, clear). */
function screen(bytes: string): string[] {
  const lines = [''];
  let row = 0;
  for (const [token] of bytes.replaceAll('\x1b', '^').matchAll(/\^\[\d*[AKJ]|\r|\n|[^^\r\n]+/g)) {
    const up = /^\^\[(\d+)A$/.exec(token);
    if (up) row -= Number(up[1]);
    else if (token === '^[J') lines.splice(row, lines.length, '');
    else if (token === '\n') lines[++row] ??= '';
    else if (token !== '\r' && token !== '^[K') lines[row] = token;
  }
  return lines.filter((line) => line !== '');
}

describe('progress', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('shows nothing of what takes less than a second', () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    progress.onEvent(pull);
    vi.advanceTimersByTime(900);
    progress.end();
    vi.advanceTimersByTime(5000);
    expect(terminal.err).toBe('');
  });

  it('writes nothing while there is nothing to show', () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    progress.onEvent({ type: 'warning', message: 'first' });
    vi.advanceTimersByTime(5000);
    progress.end();
    expect(terminal.err).toBe('warning: first\n');
  });

  it('draws and tells nothing where a view has the terminal, and lets it step aside for a question', async () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    const seen: string[] = [];
    const takeBack = progress.giveWayTo({
      hear: (line) => seen.push(line),
      stepAside: () => seen.push('aside'),
      comeBack: () => seen.push('back'),
    });
    progress.onEvent(pull);
    progress.onEvent({ type: 'warning', message: 'first' });
    vi.advanceTimersByTime(5000);
    await progress.hold(async () => {
      seen.push('asked');
      progress.onEvent({ type: 'warning', message: 'second' });
    });
    expect(seen).toEqual(['warning: first', 'aside', 'asked', 'warning: second', 'back']);
    expect(terminal.err).toBe('');
    takeBack();
    progress.onEvent({ type: 'warning', message: 'third' });
    progress.end();
    expect(terminal.err).toContain('warning: third');
  });

  it('shows each host while it lasts, and leaves nothing behind', () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    progress.onEvent(pull);
    progress.onEvent({ type: 'host-connecting', host: 'web2' });
    progress.onEvent({ type: 'task-placed', taskId: 'a', host: 'web3', definition: 'x:1' });
    progress.onEvent({ type: 'task-state', taskId: 'b', host: 'web3', lastStatus: 'RUNNING' });
    progress.onEvent({ type: 'task-watched', taskId: 'c', host: 'web4', lastStatus: 'RUNNING' });
    progress.onEvent({ type: 'removal', host: 'web4', current: 8, total: 20 });
    vi.advanceTimersByTime(2500);
    expect(screen(terminal.err)).toEqual([
      'web1  pulling busybox:1.36 1.5 MB of 4.0 MB',
      'web2  connecting, 2 s',
      'web3  1 starting, 1 running',
      'web4  1 running; removing containers, 8 of 20',
    ]);
    progress.onEvent({ type: 'warning', message: 'the clock is off' });
    vi.advanceTimersByTime(200);
    expect(screen(terminal.err)[0]).toBe('warning: the clock is off');
    progress.end();
    expect(screen(terminal.err)).toEqual(['warning: the clock is off']);
  });

  it('keeps to the width and height of the terminal', () => {
    const terminal = fakeTerminal({ people: true, width: 40, rows: 10 });
    const progress = new Progress(terminal, { now });
    for (let i = 0; i < 30; i++)
      progress.onEvent({ ...pull, host: `host-with-a-very-long-name-${i}`, image: 'x'.repeat(99) });
    vi.advanceTimersByTime(1500);
    const lines = screen(terminal.err);
    expect(lines.length).toBeLessThanOrEqual(6);
    for (const line of lines) expect(line.length).toBeLessThan(40);
    expect(lines.at(-1)).toBe('and 25 more hosts');
    progress.end();
  });

  it('does not move off a terminal, and tells what matters once', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, { now });
    const error = new HostError('web3', 'auth', 'web3 unreachable: no key was accepted', 'run ssh-add');
    progress.onEvent(pull);
    progress.onEvent({ type: 'host-failed', host: 'web3', error });
    progress.onEvent({ type: 'host-failed', host: 'web3', error });
    progress.onEvent({ type: 'note', message: 'left out revision' });
    progress.onEvent({ type: 'task-state', taskId: 'abcdef0123456789', host: 'web1', lastStatus: 'RUNNING' });
    vi.advanceTimersByTime(10_000);
    progress.end();
    expect(terminal.err).toBe(
      'failed: web3 unreachable: no key was accepted; run ssh-add\nnote: left out revision\n',
    );
    expect([...progress.failedHosts.keys()]).toEqual(['web3']);
  });

  it('tells of tasks where that is wanted, and of steps under --debug', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, { now, debug: true });
    progress.tellTasks = true;
    progress.onEvent({
      type: 'task-state',
      taskId: 'abcdef0123456789',
      host: 'web1',
      lastStatus: 'STOPPED',
      reason: 'done',
      exitCode: 3,
    });
    progress.onEvent({ type: 'step', what: 'create', host: 'web1', milliseconds: 12.34 });
    expect(terminal.err).toContain('task abcdef01 stopped on web1 (exit code 3): done\n');
    expect(terminal.err).toContain('web1: create (12.3 ms)\n');
  });

  it('stands still while a question does', async () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    progress.onEvent(pull);
    vi.advanceTimersByTime(1500);
    await progress.hold(async () => {
      const before = terminal.err;
      vi.advanceTimersByTime(1000);
      expect(terminal.err).toBe(before);
      expect(screen(before)).toEqual([]);
    });
    progress.end();
  });

  it('lets what others print wait for the answer to a question, in its order', async () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    expect(progress.question).toBeUndefined();
    await progress.hold(async () => {
      progress.print('a line of a log\n');
      progress.onEvent({ type: 'warning', message: 'the clock is off' });
      progress.printError('an error of a container\n');
      expect(progress.question).toBeInstanceOf(Promise);
      expect(terminal.out + terminal.err).toBe('');
    });
    expect(progress.question).toBeUndefined();
    expect(terminal.out).toBe('a line of a log\n');
    expect(terminal.err).toBe('warning: the clock is off\nan error of a container\n');
    progress.end();
  });

  it('loses nothing where the process ends at a question', () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    void progress.hold(() => new Promise(() => undefined));
    progress.print('a line of a log\n');
    progress.end();
    expect(terminal.out).toBe('a line of a log\n');
  });

  it('goes on below what Ctrl-C has left on its line', () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    progress.leaveLine();
    expect(terminal.err).toBe('\n');
    progress.onEvent(pull);
    vi.advanceTimersByTime(1500);
    terminal.talk('^C');
    progress.leaveLine();
    expect(screen(terminal.err)).toEqual([]);
    progress.end();
  });

  it('hides what is typed while lines move, and at no other time', async () => {
    const terminal = fakeTerminal({ people: true });
    const seen: string[] = [];
    terminal.hideTyping = () => {
      seen.push('hidden');
      return () => void seen.push('shown');
    };
    const progress = new Progress(terminal, { now });
    progress.onEvent(pull);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(2000);
    progress.talk('a line between them');
    vi.advanceTimersByTime(2000);
    expect(seen).toEqual(['hidden']);
    await progress.hold(async () => expect(seen).toEqual(['hidden', 'shown']));
    vi.advanceTimersByTime(200);
    expect(seen).toEqual(['hidden', 'shown', 'hidden']);
    progress.onEvent({ ...pull, done: true });
    vi.advanceTimersByTime(10_000);
    expect(seen).toEqual(['hidden', 'shown', 'hidden', 'shown']);
    progress.onEvent(pull);
    vi.advanceTimersByTime(200);
    progress.end();
    expect(seen).toEqual(['hidden', 'shown', 'hidden', 'shown', 'hidden', 'shown']);
  });

  it('tells each event of a service, with the local time for who watches', () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    const at = new Date(2026, 10, 21, 5, 46, 7).getTime();
    const message = '(service web) has reached a steady state.';
    const event = {
      type: 'service-event',
      cluster: 'default',
      service: 'web',
      id: 'a',
      at,
      message,
    } as const;
    progress.onEvent(event);
    progress.onEvent({ ...event, id: 'b' });
    progress.watching = true;
    progress.onEvent({ ...event, id: 'c' });
    progress.end();
    const line = 'web: has reached a steady state.\n';
    expect(terminal.err).toBe(`${line}${line}05:46:07 ${line}`);
  });

  it('says which deployment has completed after another was told of, and knows what it has told', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, { now });
    const [old, young] = ['1', '2'].map((digit) => `ecs-svc/${digit.repeat(19)}`);
    const tell = (message: string) =>
      progress.onEvent({
        ...{ type: 'service-event', cluster: 'c', service: 'web', id: message, at: 0 },
        message,
      });
    tell(`(service web) (deployment ${young}) deployment failed: tasks failed to start.`);
    tell(`(service web) rolling back to deployment ${old}: deployment ${young} failed.`);
    tell(`(service web) (deployment ${old}) deployment completed.`);
    progress.end();
    expect(terminal.err.split('\n')).toEqual([
      'web: deployment failed: tasks failed to start.',
      'web: rolling back to deployment 11111111: deployment 22222222 failed.',
      'web: deployment 11111111 completed.',
      '',
    ]);
    expect([progress.hasTold('tasks failed to start'), progress.hasTold('no such image')]).toEqual([
      true,
      false,
    ]);
  });

  it('tells what was told before again where it goes on for days', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, { now });
    progress.watching = true;
    const note = { type: 'note', message: 'web3 answers again' } as const;
    progress.onEvent(note);
    progress.onEvent(note);
    vi.advanceTimersByTime(11 * 60_000);
    progress.onEvent(note);
    progress.end();
    expect(terminal.err).toBe('note: web3 answers again\n'.repeat(2));
  });

  it('tells of a host that goes away and comes back each time, for who watches', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, { now });
    progress.watching = true;
    const back = { type: 'note', message: 'web3 answers again' } as const;
    const error = new HostError('web3', 'unreachable', 'web3 unreachable', 'check that it is up');
    const gone = { type: 'host-failed', host: 'web3', error } as const;
    for (const event of [gone, gone, back, back, gone, back]) progress.onEvent(event);
    progress.end();
    const lines = ['failed: web3 unreachable; check that it is up', 'note: web3 answers again'];
    expect(terminal.err.trim().split('\n')).toEqual([...lines, ...lines]);
  });

  it('forgets the tasks of hosts once the services that are kept are steady', () => {
    const terminal = fakeTerminal({ people: true });
    const progress = new Progress(terminal, { now });
    progress.onEvent({ type: 'task-state', taskId: 'a', host: 'web1', lastStatus: 'RUNNING' });
    const state = {
      type: 'service-progress',
      cluster: 'default',
      service: 'web',
      wanted: 1,
      unplaced: 0,
    } as const;
    progress.onEvent({ ...state, steady: false, deployments: [] });
    vi.advanceTimersByTime(1500);
    expect(screen(terminal.err)).toEqual(['web1  1 running']);
    progress.onEvent({ ...state, steady: true, deployments: [] });
    vi.advanceTimersByTime(500);
    expect(screen(terminal.err)).toEqual([]);
    progress.end();
  });
});
