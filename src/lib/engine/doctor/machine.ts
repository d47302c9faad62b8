import type { HostAddress } from '../../hosts/address.js';

/** This machine, as far as it matters to reaching hosts and keeping a state. */
export interface Machine {
  /** OpenSSH configuration that is read instead of the user's own. */
  readonly sshConfigFile: string | undefined;
  /** This machine's own engine, as `docker` would find it. Throws EcsError where that is no Unix socket or SSH host. */
  engineAddress(): Promise<HostAddress>;
  /** Looks at everything; never throws. */
  look(): Promise<Omit<MachineFacts, 'accepted'>>;
}

export interface MachineFacts {
  /** `v20.19.4` */
  nodeVersion: string;
  /** `OpenSSH_9.2p1 …`; undefined where there is no ssh program. */
  sshVersion: string | undefined;
  agent: {
    /** SSH_AUTH_SOCK; undefined where it isn't set. */
    socket: string | undefined;
    /** undefined where it doesn't answer. */
    keys: number | undefined;
  };
  /** Keys that hosts have just accepted: paths, or `agent`. */
  accepted: string[];
  /** The keys that ssh looks for by itself, those that are there. */
  keyFiles: { path: string; state: 'usable' | 'encrypted' | 'exposed' }[];
  state: StateFacts;
}

export interface StateFacts {
  path: string;
  /** Why it can't be used, and what to do. */
  fault: { message: string; remedy: string } | undefined;
  /** Permissions of its folder; undefined where there is none yet, or the system has no such thing. */
  folderMode: number | undefined;
  folder: string;
  /** undefined where that can't be seen. */
  freeBytes: number | undefined;
}
