/** A signal's name, as the first Ctrl-C or a supervisor sends it. */
export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const NUMBERS: Record<Interruption, number> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Exit code of a process that ended for this signal, as shells count. */
export const interruptedCode = (by: Interruption): number => 128 + NUMBERS[by];

/**
 * The first Ctrl-C (or SIGTERM, SIGHUP) asks the work to end; the second ends the process at once. A command that wants
 * to decide itself what the first one means intercepts it.
 */
export class Interrupts {
  private readonly controller = new AbortController();
  private interceptor: ((by: Interruption) => void) | undefined;
  /** Set by the first signal. */
  by: Interruption | undefined;
  /** Called at each signal that comes, before anything else. */
  onSignal: ((by: Interruption) => void) | undefined;

  constructor(private readonly source: Pick<NodeJS.Process, 'on' | 'off' | 'exit'> = process) {
    for (const name of Object.keys(NUMBERS)) source.on(name, this.hear);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Until the returned function is called, the first signal only calls the handler. */
  intercept(handler: (by: Interruption) => void): () => void {
    this.interceptor = handler;
    return () => (this.interceptor = undefined);
  }

  /** As if the signal had come: a question may swallow Ctrl-C. */
  interrupt(by: Interruption): void {
    this.receive(by);
  }

  abort(): void {
    this.controller.abort(new Error('interrupted'));
  }

  dispose(): void {
    for (const name of Object.keys(NUMBERS)) this.source.off(name, this.hear);
  }

  private readonly hear = (by: Interruption): void => {
    this.onSignal?.(by);
    this.receive(by);
  };

  private receive(by: Interruption): void {
    if (this.by !== undefined) this.source.exit(interruptedCode(by));
    this.by = by;
    if (this.interceptor) this.interceptor(by);
    else this.abort();
  }
}
