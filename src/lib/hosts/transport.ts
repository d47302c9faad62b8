import type { Duplex } from 'node:stream';
import type { Attentions } from './attention.js';
import type { HostScript, ScriptResult } from './hosts.js';

/** The way to one engine: streams of bytes to its socket, and the few things that are asked of the host itself. */
export interface Transport {
  /** `user@host[:port]` or the socket's path, for messages. */
  readonly place: string;
  /** Path of the engine's socket. */
  readonly socketPath: string;
  /** The last jump host before the host. */
  readonly via: string | undefined;
  /** The host's name or address on the network; undefined where nothing leads there directly. */
  readonly networkName: string | undefined;
  /** `SHA256:…`; undefined for this machine's own engine, and before the first connection. */
  readonly fingerprint: string | undefined;
  /** How often something has come in, where that is known: on a dead connection the number stands still. */
  readonly heard: number | undefined;
  /**
   * Seconds for which nothing has come, though the host was asked for a sign of life all the time; 0 where it isn't asked.
   */
  readonly silence: number;
  /** They are told when a connection is given up since it is silent, and are the reason to do so soon. */
  heed(attentions: Attentions): void;
  /** Connects, where that is needed before streams can be opened. Throws Failure. */
  ready(): Promise<void>;
  /**
   * A stream to the engine, for one of these uses. Throws Failure where the engine can't be reached: nothing was sent
   * then.
   */
  open(use: StreamUse): Promise<Duplex>;
  /** Most streams of a use that the host bears at once, as far as it is known by now: more are not to be asked for. */
  mostStreams(use: 'plain' | 'stop'): number;
  /** The kernel's tables of sockets in the host's network namespace (`/proc/net/tcp` …) in one text. */
  readSocketTables(): Promise<string | undefined>;
  /** How streams get to the engine, once one did. */
  readonly way: Way | undefined;
  /** The key that was logged in with: its file, or `agent`; undefined where none was needed. */
  readonly key: string | undefined;
  /** What `surveyCommand` prints on the host; undefined where it can't be run. Throws Failure where the host is gone. */
  survey(dataRoot: string): Promise<string | undefined>;
  /** Throws Failure where the host is gone. */
  runScript(script: HostScript): Promise<ScriptResult>;
  /** Free bytes of the file system that holds the path; undefined where that can't be seen. */
  freeBytes(path: string): Promise<number | undefined>;
  /** Names in a folder of the host; undefined where there is none. */
  listFolder(path: string): Promise<string[] | undefined>;
  /** When a file of the host was last written, in epoch milliseconds by its clock; undefined where that can't be seen. */
  modifiedAt(path: string): Promise<number | undefined>;
  /** Lets a connection go that seems dead; the next stream makes a new one. */
  drop(): void;
  close(): void;
}

/** The socket of this very machine, one that sshd forwards to, or the docker command's bridge. */
export type Way = 'socket' | 'forward' | 'program';

/**
 * - plain: one request after the other, each answered soon;
 * - long: what stays open until something happens (logs, events, waits, pulls);
 * - stop: takes its time, too, and may be what the long ones wait for.
 */
export type StreamUse = 'plain' | 'long' | 'stop';
