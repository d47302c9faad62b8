import type { HostAddress } from './address.js';
import type { DockerHost } from './docker-host.js';

export interface ConnectOptions {
  retry?: boolean;
  signal?: AbortSignal;
}

/** The hosts that this command talks to: one kept connection each, shared by all who ask. */
export interface Hosts {
  /**
   * The engine behind an address. The first call connects (and checks that an engine answers); later calls give the
   * same connection, made anew where it has dropped. `name` is what messages call the host.
   * Throws HostError; a failed address is not tried again for the rest of the command unless `retry`. Aborted it throws
   * the signal's reason at once, and others go on waiting for the same connection.
   */
  connect(address: HostAddress, name: string, options?: ConnectOptions): Promise<DockerHost>;
  /** The host's SSH key as `SHA256:…` (undefined for a local socket); known once connected. */
  hostKeyFingerprint(address: HostAddress): string | undefined;
  close(): Promise<void>;
}
