/** What can go wrong on the way to an engine: the keys of the table in failure-words.ts. */
export type FailureCause =
  | 'config'
  | 'dns'
  | 'refused'
  | 'no-route'
  | 'connect-timeout'
  | 'closed-early'
  | 'handshake'
  | 'proxy-command'
  | 'jump-loop'
  | 'jump-forbidden'
  | 'jump-failed'
  | 'no-keys'
  | 'keys-refused'
  | 'key-encrypted'
  | 'key-exposed'
  | 'too-many-keys'
  | 'keys-not-allowed'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'host-key-authority'
  | 'known-hosts'
  | 'revoked-keys'
  | 'no-engine'
  | 'no-docker-command'
  | 'not-docker'
  | 'engine-too-old'
  | 'engine-too-new'
  | 'socket-denied'
  | 'engine-timeout'
  | 'nonsense'
  | 'no-server'
  | 'no-forwarding'
  | 'lost'
  | 'silent'
  | 'closed';

export interface FailureDetails {
  /** Words of ssh, the system or the engine. */
  detail?: string;
  seconds?: number;
  /** `user@host[:port]` that the failure is about. */
  place?: string;
  /** A key's or socket's path. */
  path?: string;
  /** Where known_hosts says so: `/home/me/.ssh/known_hosts:12`. */
  line?: string;
  fingerprint?: string;
  knownFingerprint?: string;
}

/** A failure on the way to a host, still without the host's name: `hostError` gives it that. */
export class Failure extends Error {
  /** The jump host it happened at is told by `options`; undefined: at the host itself. */
  readonly jumpHost: string | undefined;

  constructor(
    readonly why: FailureCause,
    readonly details: FailureDetails = {},
    options: ErrorOptions & { jumpHost?: string } = {},
  ) {
    super(`${why}${details.detail === undefined ? '' : `: ${details.detail}`}`, options);
    this.name = 'Failure';
    this.jumpHost = options.jumpHost;
  }

  /** The same failure, of a host that is only on the way to another. */
  onTheWay(jumpHost: string): Failure {
    if (this.jumpHost !== undefined) return this;
    return new Failure(this.why, this.details, { cause: this.cause, jumpHost });
  }
}
