import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestCluster } from '../hosts/cluster.js';
import { patience } from '../hosts/wait.js';

const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The executable as users run it; LONGSHORE_TEST_PROGRAM names another one, such as that of an installed package. */
const program = process.env.LONGSHORE_TEST_PROGRAM ?? join(checkout, 'bin/run.js');

/** How a command ended. */
export interface Outcome {
  /** Exit code; 128 and more for one that a signal ended, as shells count. */
  code: number;
  stdout: string;
  stderr: string;
  /** How long it took, in milliseconds. */
  ms: number;
}

export interface RunOptions {
  /** Written to standard input. */
  input?: string;
  /** Standard input stays open, and nothing comes. */
  openInput?: boolean;
  /** A shell's command line whose output becomes standard input, by a pipe. */
  pipe?: string;
  /** On top of the user's environment; undefined removes a variable. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Milliseconds until it is killed and the test fails; default 60,000. */
  timeoutMs?: number;
  /** On a terminal of this many columns (util-linux's `script`): stdout and stderr come as one, in stdout. */
  terminal?: number;
  /** Under a terminal: its lines; otherwise it does not know. */
  rows?: number;
  /** Under a terminal: its shell has jobs, so that Ctrl-Z stops the command and `fg` in `afterwards` goes on with it. */
  jobs?: boolean;
  /** Under a terminal: shell commands that run on it at the same time, or after it. */
  meanwhile?: string;
  afterwards?: string;
  /** Run as another user and group. */
  uid?: number;
}

export interface UserOptions {
  env?: Record<string, string | undefined>;
  /** The state's file; by default one of the user's own. */
  statePath?: string;
}

/**
 * A user of Longshore: a home, caches and a state of its own, and the SSH configuration of a cluster of test hosts.
 * Each command is a process, as in real life. `remove()` at the end.
 */
export class User {
  readonly dir: string;
  readonly statePath: string;
  private readonly env: Record<string, string | undefined>;

  constructor(cluster?: Pick<TestCluster, 'sshConfigPath'>, options: UserOptions = {}) {
    if (!existsSync(join(dirname(dirname(program)), 'dist/longshore.cjs')))
      throw new Error('Longshore is not built, so it cannot be tested: npm run build');
    this.dir = mkdtempSync(join(tmpdir(), 'longshore-user-'));
    this.statePath = options.statePath ?? join(this.dir, 'state/longshore/state.db');
    mkdirSync(join(this.dir, 'home'));
    this.env = {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: join(this.dir, 'home'),
      XDG_STATE_HOME: join(this.dir, 'state'),
      XDG_CACHE_HOME: join(this.dir, 'cache'),
      LONGSHORE_STATE: this.statePath,
      LONGSHORE_SSH_CONFIG: cluster?.sshConfigPath,
      ...options.env,
    };
  }

  /** Starts a command and gives the process at once. */
  start(args: readonly string[], options: RunOptions = {}): Command {
    return new Command(args, {
      ...options,
      cwd: options.cwd ?? this.dir,
      env: { ...this.env, ...options.env },
    });
  }

  /** Runs a command to its end, whatever that is. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.start(args, options).outcome;
  }

  /** Runs a command that must succeed. Throws where its exit code is another than 0. */
  async ok(...args: string[]): Promise<Outcome> {
    const outcome = await this.run(args);
    if (outcome.code !== 0) throw new Error(told(args, outcome));
    return outcome;
  }

  /** The answer of a command that must succeed. */
  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse((await this.ok(...args)).stdout) as T;
  }

  /** Writes a file into the user's folder and returns its path. */
  write(name: string, content: string | object | Buffer): string {
    const path = join(this.dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, isText(content) ? content : JSON.stringify(content, undefined, 2));
    return path;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const isText = (content: string | object | Buffer): content is string | Buffer =>
  typeof content === 'string' || Buffer.isBuffer(content);

/** A command under way. */
export class Command {
  readonly outcome: Promise<Outcome>;
  private readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';
  private readonly began = performance.now();

  constructor(
    readonly args: readonly string[],
    options: RunOptions,
  ) {
    const [file = '', ...argv] = commandLine(args, options);
    this.child = spawn(file, argv, {
      cwd: options.cwd,
      env: options.env,
      stdio: 'pipe',
      detached: true,
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    this.outcome = this.collect(options);
    // Whoever kills it may never ask how it ended.
    this.outcome.catch(() => undefined);
  }

  /** Of the process itself (under a terminal: of `script`). */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Of the process of Longshore also under a terminal; 0: there is none. */
  get programPid(): number {
    return programUnder(this.pid);
  }

  /** What it has printed so far. */
  get printed(): { stdout: string; stderr: string } {
    return { stdout: this.stdout, stderr: this.stderr };
  }

  /** Sends a signal to the process, and to no other. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Types on the terminal, or writes to standard input. */
  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** As `| head` does when it has seen enough. */
  closeStdout(): void {
    this.child.stdout?.destroy();
  }

  private collect(options: RunOptions): Promise<Outcome> {
    const { child, args } = this;
    return new Promise((resolve, reject) => {
      const limit = (options.timeoutMs ?? 60_000) * patience;
      const timer = setTimeout(() => {
        this.killGroup();
        const printed = { ...this.printed, code: -1, ms: limit };
        reject(new Error(`took longer than ${limit / 1000} s\n${told(args, printed)}`));
      }, limit);
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        const ms = Math.round(performance.now() - this.began);
        resolve({ ...this.printed, code: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15), ms });
      });
      // It may end before it has read everything.
      child.stdin?.on('error', () => undefined);
      if (options.input !== undefined) child.stdin?.end(options.input);
      else if (options.terminal === undefined && !options.openInput) child.stdin?.end();
    });
  }

  private killGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}

/** The process of Longshore among those that this one has started. */
function programUnder(pid: number): number {
  const isProgram = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === process.execPath;
  if (isProgram) return pid;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  for (const child of children) {
    const found = programUnder(Number(child));
    if (found !== 0) return found;
  }
  return 0;
}

function commandLine(args: readonly string[], options: RunOptions): string[] {
  const { terminal, pipe, meanwhile = ':', afterwards } = options;
  const direct = [process.execPath, program, ...args];
  if (pipe !== undefined) return ['sh', '-c', `${pipe} | "$@"`, 'sh', ...direct];
  if (terminal === undefined) return direct;
  const quoted = direct.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const line = afterwards === undefined ? `exec ${quoted}` : `${quoted}; ${afterwards}`;
  const size = `stty cols ${terminal}${options.rows === undefined ? '' : ` rows ${options.rows}`}`;
  const session = `${size}; ${options.jobs ? 'set -m; ' : ''}(${meanwhile}) & ${line}`;
  return ['script', '--quiet', '--return', '--command', session, '/dev/null'];
}

/** A command and all that it said, for the message of a failed test. */
export function told(args: readonly string[], { code, stdout, stderr }: Omit<Outcome, 'ms'>): string {
  const line = args.map((word) => (word.length > 200 ? `${word.slice(0, 200)}…` : word)).join(' ');
  return `longshore ${line}\nexit code ${code}\nstdout: ${stdout.slice(0, 4000)}\nstderr: ${stderr.slice(0, 4000)}`;
}

/** A file of test/fixtures. */
export const fixture = (path: string): string => join(checkout, 'test/fixtures', path);

export const readFixture = (path: string): string => readFileSync(fixture(path), 'utf8');

/** The last part of an ARN. */
export const idOf = (arn: string | undefined): string => arn?.slice(arn.lastIndexOf('/') + 1) ?? '';
