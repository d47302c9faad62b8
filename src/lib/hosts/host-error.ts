/** Why a host could not do what was asked. `busy` and `engine` are answers of a living engine; the rest is reachability. */
export type HostFailure =
  | 'unreachable' // name not found, connection refused, no route, timed out
  | 'auth' // no key was accepted
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'no-docker' // no engine, or its socket is missing
  | 'no-server' // no longshore server, or its socket can't be opened
  | 'socket-denied' // the user may not use the engine's socket
  | 'timeout' // answered once, then not within the time limit
  | 'lost' // the connection dropped and could not be made again
  | 'engine'; // the engine answered with an error (see `status`)

/**
 * What went wrong with one host, in words for people: the message starts with the host's name, the remedy says what
 * to do. Never holds a key, passphrase or environment value.
 */
export class HostError extends Error {
  /** HTTP status of the engine's answer, where kind is `engine`. */
  readonly status: number | undefined;

  constructor(
    readonly host: string,
    readonly kind: HostFailure,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions & { status?: number },
  ) {
    super(message, options);
    this.name = 'HostError';
    this.status = options?.status;
  }

  /** True where the host itself didn't answer, false where its engine refused one request. */
  get isOutage(): boolean {
    return this.kind !== 'engine';
  }
}

/** No task can be started on a host whose disk is full. */
export const diskFull = (name: string): HostError =>
  new HostError(
    name,
    'engine',
    `${name}: no space left on its disk`,
    'free disk space there: docker system prune',
  );
