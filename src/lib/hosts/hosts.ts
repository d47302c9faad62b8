import type { HostAddress } from './address.js';
import type { DockerHost } from './docker-host.js';
import type { HostError } from './host-error.js';
import type { HostSurvey } from './survey.js';
import type { Way } from './transport.js';

/** How a host was come by, and what it shows to who is there. */
export interface HostSight {
  /** `user@host[:port]`, or the socket's path. */
  place: string;
  /** The last jump host before it. */
  via: string | undefined;
  /** How its engine is spoken to; undefined where it can't be. */
  way: Way | undefined;
  /** The file of the key that was logged in with, or `agent`. */
  key: string | undefined;
  survey: HostSurvey | undefined;
}

/** A script of ours for /bin/sh: no line breaks and no single quotes, so that it is one word to any shell. */
export interface HostScript {
  text: string;
  /** `$1`, `$2` …; of characters that any shell takes as they are, once quoted: no backslashes and no line breaks. */
  args: readonly string[];
  /** By sudo, which must not ask for a password. */
  sudo?: boolean;
  /** Seconds */
  limit: number;
}

export interface ScriptResult {
  /** null: it took too long, or a signal ended it. */
  code: number | null;
  stdout: string;
}

export interface ConnectOptions {
  retry?: boolean;
  signal?: AbortSignal;
}

/** The hosts that this command talks to: one kept connection each, shared by all who ask. */
export interface Hosts {
  /**
   * The engine behind an address. The first call connects (and checks that an engine answers); later calls give the
   * same connection, made anew where it has dropped. `name` is what messages call the host.
   * Throws HostError; a failed address is not tried again for the rest of the command unless `retry`, which also tries at
   * once what has dropped and could not be made anew a moment ago. Aborted it throws
   * the signal's reason at once, and others go on waiting for the same connection.
   */
  connect(address: HostAddress, name: string, options?: ConnectOptions): Promise<DockerHost>;
  /**
   * Looks at a host beside its engine, also where that doesn't answer: after `connect`, whatever came of it. undefined
   * where nobody can log in. `dataRoot` is where the engine keeps its data. Changes nothing; never throws.
   */
  survey(address: HostAddress, dataRoot: string): Promise<HostSight | undefined>;
  /**
   * Runs a script beside the engine, also where that doesn't answer: after `connect`, whatever came of it. undefined where
   * nobody can log in. Never throws.
   */
  runScript(address: HostAddress, script: HostScript): Promise<ScriptResult | undefined>;
  /**
   * Watches a host closely until the returned function is called: its connections are given up when nothing has come over
   * them for so many seconds, keepalives' answers neither (an engine that is slow isn't silent), and `onSilence` hears of it.
   * Does nothing for a local socket.
   */
  attend(address: HostAddress, patience: number, onSilence: (error: HostError) => void): () => void;
  /**
   * Seconds for which nothing has come from a host that is asked for a sign of life all the time: one that is connected, or
   * was and is attended to. 0 for others.
   */
  silence(address: HostAddress): number;
  /** The host's SSH key as `SHA256:…` (undefined for a local socket); known once connected. */
  hostKeyFingerprint(address: HostAddress): string | undefined;
  /**
   * The host's name or address on the network, as the SSH configuration has it (HostName); known once connected.
   * undefined for a local socket, and behind a jump host or a proxy: what leads on from there need not lead on from here.
   */
  networkName(address: HostAddress): string | undefined;
  close(): Promise<void>;
}
