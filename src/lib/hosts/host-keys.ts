import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatPlace } from './address.js';
import { Failure } from './failures.js';
import {
  fingerprintOf,
  formatKnownHost,
  judgeHostKey,
  keyType,
  knownKeyTypes,
  nameOf,
  parseKnownHosts,
  type KnownHost,
} from './known-hosts.js';
import { whereRevoked } from './revoked-keys.js';
import type { SshSettings } from './ssh-settings.js';
import type { Around } from './time-limit.js';

/** What a person is asked before an unknown host is trusted. */
export interface HostKeyQuestion {
  /** `user@host[:port]` */
  place: string;
  /** Such as `ED25519`. */
  keyKind: string;
  /** `SHA256:…` */
  fingerprint: string;
}

export interface HostKeyPolicy {
  /** Keys of hosts that were never seen are trusted and written down. */
  acceptNew: boolean;
  /** Asks a person; without it an unknown host is refused. */
  confirm?: (question: HostKeyQuestion) => Promise<boolean>;
  /** Lets one question at a time through. */
  inTurn: Around;
}

/** Decides whether a host is the one that it should be, by the user's known_hosts files. */
export class HostKeys {
  readonly #files = new Map<string, { changed: number; entries: KnownHost[] }>();
  /** Trusted in this command, also where known_hosts can't be written. */
  readonly #trusted = new Set<string>();

  constructor(private readonly policy: HostKeyPolicy) {}

  /** Kinds of keys that are known for the host, so that it is asked to show one of these. */
  async knownTypes(settings: SshSettings): Promise<string[]> {
    return knownKeyTypes(await this.#entries(settings), ...subjectOf(settings));
  }

  /**
   * Returns where the key (in SSH's wire format) is to be trusted; a key that is trusted for the first time is then
   * written to the user's known_hosts. `patiently` surrounds the time that a person takes to answer.
   * Throws Failure (host-key-unknown, -changed, -revoked, -authority; known-hosts, revoked-keys).
   */
  async check(settings: SshSettings, key: Buffer, patiently: Around = (ask) => ask()): Promise<void> {
    const revokedAt = await whereRevoked(settings.revokedHostKeysFiles, key);
    if (revokedAt !== undefined)
      throw new Failure('host-key-revoked', { place: placeOf(settings), line: revokedAt });
    const verdict = judgeHostKey(await this.#entries(settings), ...subjectOf(settings), key);
    if (verdict.known === 'yes') return;
    const place = placeOf(settings);
    if (verdict.known === 'no') return this.#checkNew(settings, key, patiently);
    const line = `${verdict.entry.file}:${verdict.entry.line}`;
    if (verdict.known !== 'changed') throw new Failure(`host-key-${verdict.known}`, { place, line });
    throw new Failure('host-key-changed', {
      place,
      line,
      fingerprint: describeKey(key),
      knownFingerprint: describeKey(verdict.entry.key),
      detail: `ssh-keygen -f '${verdict.entry.file}' -R '${nameOf(...subjectOf(settings))}'`,
    });
  }

  async #checkNew(settings: SshSettings, key: Buffer, patiently: Around): Promise<void> {
    const strict = settings.strictHostKeyChecking;
    const { acceptNew, confirm, inTurn } = this.policy;
    const place = placeOf(settings);
    const name = formatKnownHost(...subjectOf(settings), key, false);
    const trust = () => {
      if (this.#trusted.has(name)) return;
      this.#trusted.add(name);
      remember(settings, key);
    };
    const ask = async (confirm: NonNullable<HostKeyPolicy['confirm']>) => {
      // Meanwhile the same host may have been accepted under another of its names.
      if (this.#trusted.has(name)) return;
      if (await confirm({ place, keyKind: kindOf(key), fingerprint: fingerprintOf(key) })) trust();
    };
    if (acceptNew || strict === 'no' || strict === 'accept-new') trust();
    else if (confirm && strict === 'ask') await patiently(() => inTurn(() => ask(confirm)));
    if (!this.#trusted.has(name))
      throw new Failure('host-key-unknown', { place, fingerprint: describeKey(key) });
  }

  async #entries(settings: SshSettings): Promise<KnownHost[]> {
    const files = [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles];
    return (await Promise.all(files.map((file) => this.#read(file)))).flat();
  }

  async #read(file: string): Promise<KnownHost[]> {
    const changed = await absentOr(
      file,
      stat(file).then((now) => now.mtimeMs + now.size),
    );
    if (changed === undefined) return [];
    const kept = this.#files.get(file);
    if (kept?.changed === changed) return kept.entries;
    const entries = parseKnownHosts((await absentOr(file, readFile(file, 'utf8'))) ?? '', file);
    this.#files.set(file, { changed, entries });
    return entries;
  }
}

/** A file that can't be read may hold the host's other key, or that its key was revoked: it must not count as empty. */
async function absentOr<T>(file: string, reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Failure('known-hosts', { detail: `${file}: ${code}` }, { cause: error });
  }
}

/** `ED25519 SHA256:…` */
function describeKey(key: Buffer): string {
  return `${kindOf(key)} ${fingerprintOf(key)}`;
}

/** `user@host[:port]` as people know the host. */
export function placeOf(settings: SshSettings): string {
  return formatPlace({
    user: settings.user,
    host: settings.alias,
    port: settings.port === 22 ? undefined : settings.port,
  });
}

/** The name that known_hosts is asked for; an alias stands for itself, whatever the port. */
function subjectOf(settings: SshSettings): [host: string, port: number] {
  return settings.hostKeyAlias === undefined
    ? [settings.hostName, settings.port]
    : [settings.hostKeyAlias, 22];
}

/**
 * Adds a line to the user's first known_hosts file, in one write: other processes may do so at the same time. A file
 * that can't be written is no reason to fail; the question is asked again next time.
 */
function remember(settings: SshSettings, key: Buffer): void {
  const file = settings.userKnownHostsFiles[0];
  if (file === undefined || file === '/dev/null') return;
  const line = formatKnownHost(...subjectOf(settings), key, settings.hashKnownHosts);
  let handle: number | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    handle = openSync(file, 'a+', 0o600);
    const { size } = fstatSync(handle);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(handle, last, 0, 1, size - 1);
    writeSync(handle, `${size > 0 && last.toString() !== '\n' ? '\n' : ''}${line}\n`);
  } catch {
    // See above.
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function kindOf(key: Buffer): string {
  const type = keyType(key) ?? 'unknown';
  return type
    .replace(/^ssh-/, '')
    .replace(/^(ecdsa)-sha2-.*/, '$1')
    .replace(/@openssh\.com$/, '')
    .toUpperCase();
}
