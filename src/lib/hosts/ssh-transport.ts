import type { Duplex } from 'node:stream';
import { shellQuote } from '../api/shell-quote.js';
import { Failure } from './failures.js';
import { placeOf } from './host-keys.js';
import type { Attentions } from './attention.js';
import type { HostScript, ScriptResult } from './hosts.js';
import { runProgram } from './remote-program.js';
import { scriptWords } from './host-script.js';
import { socketTables } from './ports.js';
import type { SshLink } from './ssh-link.js';
import { surveyCommand } from './survey.js';
import { Slots } from './time-limit.js';
import type { StreamUse, Transport, Way } from './transport.js';

const socketPath = '/var/run/docker.sock';

/** Not forwarding sshd's: its MaxSessions (10) counts programs, so 8 for requests leave 2 for questions to the host. */
const programsAtOnce = 8;
/**
 * Further connections for what stays open, so that logs and waits never stand in the way of a request; and for stops,
 * so that they don't stand behind the waits that they would end. So many that the containers of most hosts can be
 * followed at once; each costs a process there.
 */
const furtherLinks = { long: 12, stop: 2 };

const dialStdio = 'docker system dial-stdio';
/** Says why the engine's socket can't be reached: the server itself only says that it could not open it. */
const lookAtSocket = `sh -c 'if [ ! -S ${socketPath} ]; then echo missing; elif [ ! -w ${socketPath} ]; then echo denied; else echo there; fi'`;
const readTables = `cat ${socketTables.join(' ')}`;

/**
 * The way to a host's engine through SSH: a forwarded channel to its socket, or, where sshd doesn't forward sockets,
 * the docker command's own bridge (`docker system dial-stdio`).
 */
export class SshTransport implements Transport {
  readonly socketPath = socketPath;
  readonly place: string;
  readonly via: string | undefined;
  readonly networkName: string | undefined;
  #way: Way | undefined;
  /** Links besides the main one, with how many programs each of them runs. */
  readonly #further: { link: SshLink; running: number }[] = [];

  readonly #places = {
    long: new Slots(programsAtOnce * furtherLinks.long),
    stop: new Slots(programsAtOnce * furtherLinks.stop),
  };

  constructor(private readonly link: SshLink) {
    this.place = placeOf(link.settings);
    this.via = link.via?.settings.alias;
    const { proxyCommand, hostName } = link.settings;
    this.networkName = link.via || proxyCommand ? undefined : hostName;
  }

  get fingerprint(): string | undefined {
    return this.link.fingerprint;
  }

  get heard(): number | undefined {
    return this.link.heard;
  }

  /** As long as one of its connections lives, the host isn't silent. */
  get silence(): number {
    const each = this.#links().flatMap(({ silence }) => silence ?? []);
    return each.length === 0 ? 0 : Math.min(...each);
  }

  heed(attentions: Attentions): void {
    this.link.heed(attentions);
  }

  get way(): Way | undefined {
    return this.#way;
  }

  get key(): string | undefined {
    return this.link.key;
  }

  async ready(): Promise<void> {
    await this.link.ready(true);
  }

  mostStreams(use: 'plain' | 'stop'): number {
    if (this.#way !== 'program') return Infinity;
    return programsAtOnce * (use === 'plain' ? 1 : furtherLinks.stop);
  }

  async open(use: StreamUse): Promise<Duplex> {
    if (this.#way === 'program') return this.#openProgram(use);
    try {
      const socket = await this.link.openUnixSocket(socketPath);
      this.#way = 'forward';
      return socket;
    } catch (error) {
      if (error instanceof Failure || isDropped(error)) throw error;
      const state = await this.#lookAtSocket();
      if (state === 'denied')
        throw new Failure('socket-denied', { place: this.place, path: socketPath }, { cause: error });
      // Where forwarding has worked before, it is the engine that is gone.
      if (this.#way === 'forward') throw noEngine(state);
      return this.#openProgram(use, state);
    }
  }

  async readSocketTables(): Promise<string | undefined> {
    const { stdout } = await runProgram(this.link, readTables);
    return stdout === '' ? undefined : stdout;
  }

  async survey(dataRoot: string): Promise<string | undefined> {
    const [program, flag, ...quoted] = surveyCommand(dataRoot);
    const { stdout } = await runProgram(this.link, [program, flag, ...quoted.map(shellQuote)].join(' '));
    return stdout === '' ? undefined : stdout;
  }

  async runScript({ limit, ...script }: HostScript): Promise<ScriptResult> {
    return runProgram(this.link, scriptWords(script).map(shellQuote).join(' '), limit);
  }

  async freeBytes(path: string): Promise<number | undefined> {
    const { code, stdout } = await runProgram(this.link, `df -Pk ${shellQuote(path)}`);
    // Filesystem 1024-blocks Used Available Capacity Mounted on
    const available = Number(stdout.trim().split('\n').at(-1)?.split(/\s+/)[3]);
    return code === 0 && Number.isFinite(available) ? available * 1024 : undefined;
  }

  async listFolder(path: string): Promise<string[] | undefined> {
    const { code, stdout } = await runProgram(this.link, `ls -1 ${shellQuote(path)}`);
    return code === 0 ? stdout.split('\n').filter((name) => name !== '') : undefined;
  }

  async modifiedAt(path: string): Promise<number | undefined> {
    const { code, stdout } = await runProgram(this.link, `stat -c %Y ${shellQuote(path)}`);
    const seconds = Number(stdout.trim() || NaN);
    return code === 0 && Number.isFinite(seconds) ? seconds * 1000 : undefined;
  }

  drop(): void {
    for (const link of this.#links()) link.drop();
  }

  close(): void {
    for (const link of this.#links()) link.close();
  }

  #links(): SshLink[] {
    return [this.link, ...this.#further.map((further) => further.link)];
  }

  async #openProgram(use: StreamUse, socketState?: string): Promise<Duplex> {
    const place = use === 'plain' ? { link: this.link, leave: () => undefined } : await this.#takePlace(use);
    try {
      return await place.link.openProgram(dialStdio, {
        whySilent: (exit) => this.#whySilent(exit, socketState),
        onFirstData: () => (this.#way = 'program'),
        // When sshd has closed its end, not when we have let go of ours: until then it counts the program.
        onExit: place.leave,
      });
    } catch (error) {
      place.leave();
      if (error instanceof Failure || isDropped(error)) throw error;
      const detail = (error as Error).message;
      throw new Failure('no-docker-command', { path: socketPath, detail }, { cause: error });
    }
  }

  /** A place for something that stays open, on one of the further links. */
  async #takePlace(use: 'long' | 'stop'): Promise<{ link: SshLink; leave: () => void }> {
    const leave = await this.#places[use].take();
    const further = this.#furtherLink();
    further.running++;
    let left = false;
    return {
      link: further.link,
      leave: () => {
        if (!left) further.running--;
        left = true;
        leave();
      },
    };
  }

  #furtherLink(): { link: SshLink; running: number } {
    const free = this.#further.find((further) => further.running < programsAtOnce);
    if (free) return free;
    const fresh = { link: this.link.twin(), running: 0 };
    this.#further.push(fresh);
    return fresh;
  }

  /** The docker command ended without a word on its standard output. */
  #whySilent(exit: { code: number | null; stderr: string }, socketState?: string): Failure | undefined {
    const said = exit.stderr.split('\n')[0] ?? '';
    if (/permission denied/i.test(exit.stderr))
      return new Failure('socket-denied', { place: this.place, path: socketPath });
    if (
      socketState === 'missing' ||
      /cannot connect to the docker daemon|connection refused|no such file/i.test(exit.stderr)
    ) {
      return noEngine(socketState);
    }
    if (exit.code === 0 || exit.code === null) return undefined;
    return new Failure('no-docker-command', { path: socketPath, detail: said || `exit code ${exit.code}` });
  }

  async #lookAtSocket(): Promise<string> {
    const answer = await runProgram(this.link, lookAtSocket).catch(() => undefined);
    return answer?.stdout.trim() ?? '';
  }
}

function noEngine(socketState?: string): Failure {
  return new Failure('no-engine', {
    path: socketPath,
    detail: socketState === 'missing' ? 'no such file' : 'nothing listens',
  });
}

function isDropped(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ECONNRESET';
}
