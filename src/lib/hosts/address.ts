/** How a host is reached: through SSH, or the engine of this very machine. */
export type HostAddress = SshAddress | UnixAddress;

export interface SshAddress {
  scheme: 'ssh';
  /** A name of ~/.ssh/config, a DNS name or an IP address. */
  host: string;
  user?: string;
  port?: number;
  /** Path of a private key, tried before those of the SSH configuration. `~` is the user's home. */
  identityFile?: string;
  /** `[user@]host[:port][,…]` as OpenSSH's ProxyJump. */
  proxyJump?: string;
}

export interface UnixAddress {
  scheme: 'unix';
  path: string;
}
