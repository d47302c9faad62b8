import type { RegistryAuth } from '../../hosts/docker-host.js';

/** Where this client finds the values that definitions refer to. Its texts never hold a value. */
export interface SecretSources {
  /** What texts say of the machine: `here`. */
  readonly where: string;
  /** A variable of the client's environment; an empty one counts as not there. */
  variable(name: string): string | undefined;
  /** What LONGSHORE_SECRETS_COMMAND gives for a name; undefined where none is configured. Throws SourceFault. */
  readonly command: ((name: string, signal: AbortSignal) => Promise<Buffer>) | undefined;
  /**
   * The first of these paths that exists; a relative one is looked for in LONGSHORE_FILES_DIR, or the current folder.
   * Throws SourceFault.
   */
  file(paths: readonly string[]): Promise<Buffer>;
  readonly vault: Vault;
  /** What the user has for a registry, such as docker.io; undefined: nothing. Throws SourceFault, or the signal's reason. */
  registry(name: string, signal: AbortSignal): Promise<RegistryAuth | undefined>;
}

/** Encrypts what the state keeps, for the user's identity. */
export interface Vault {
  /** Makes the identity at first use. Throws SourceFault. */
  seal(value: Buffer): Promise<Sealed>;
  /** Throws SourceFault. */
  open(sealed: Sealed): Promise<Buffer>;
}

export interface Sealed {
  /** An age file, armored. */
  text: string;
  /** Whom it is encrypted for: `age1…`. */
  recipient: string;
}

/** A value can't be had; the message is half a sentence that says why, and names what was asked, never a value. */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';
  constructor(
    message: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
