import { createHash, createHmac, randomBytes } from 'node:crypto';

/** One line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  file: string;
  /** From 1. */
  line: number;
  marker: 'cert-authority' | 'revoked' | undefined;
  /** Names or patterns separated by commas, or one hashed name. */
  hosts: string;
  type: string;
  /** The key in SSH's wire format. */
  key: Buffer;
}

export type HostKeyVerdict =
  { known: 'yes' } | { known: 'no' } | { known: 'changed' | 'revoked' | 'authority'; entry: KnownHost };

/** Reads a file's text. Lines that make no sense are skipped, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  const entries: KnownHost[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]?.startsWith('#')) continue;
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts, type, base64] = words;
    if (hosts === undefined || type === undefined || base64 === undefined) continue;
    if (marker !== undefined && marker !== '@cert-authority' && marker !== '@revoked') continue;
    const key = Buffer.from(base64, 'base64');
    if (keyType(key) === undefined) continue;
    const kind = marker?.slice(1) as KnownHost['marker'];
    entries.push({ file, line: index + 1, marker: kind, hosts, type, key });
  }
  return entries;
}

/**
 * What the files say about a key that a host shows. A host that is known by keys of other kinds only counts as
 * changed: whoever stands in the way could always show a kind that isn't known yet.
 */
export function judgeHostKey(
  entries: readonly KnownHost[],
  host: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const named = entries.filter((entry) => matchesHost(entry.hosts, nameOf(host, port)));
  // A key that is known for the host on the usual port is good on any other.
  const plain = port === 22 ? [] : entries.filter((entry) => matchesHost(entry.hosts, nameOf(host, 22)));
  const revoked = entries.find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked && [...named, ...plain].includes(revoked)) return { known: 'revoked', entry: revoked };
  const isSame = (entry: KnownHost) => entry.marker === undefined && entry.key.equals(key);
  if ([...named, ...plain].some(isSame)) return { known: 'yes' };
  const others = named.filter((entry) => entry.marker === undefined);
  const other = others.find((entry) => keyType(entry.key) === keyType(key)) ?? others[0];
  if (other) return { known: 'changed', entry: other };
  const authority = named.find((entry) => entry.marker === 'cert-authority');
  return authority ? { known: 'authority', entry: authority } : { known: 'no' };
}

/** Kinds of keys that are known for a host, such as `ssh-ed25519`. */
export function knownKeyTypes(entries: readonly KnownHost[], host: string, port: number): string[] {
  const names = [nameOf(host, port), nameOf(host, 22)];
  const matching = entries.filter((entry) => names.some((name) => matchesHost(entry.hosts, name)));
  return [
    ...new Set(
      matching.filter((entry) => entry.marker === undefined).map((entry) => keyType(entry.key) ?? ''),
    ),
  ];
}

/** A line for a key that is trusted from now on; with `hash`, the host's name can't be read from it. */
export function formatKnownHost(host: string, port: number, key: Buffer, hash: boolean): string {
  const name = nameOf(host, port);
  return `${hash ? hashed(name, randomBytes(20)) : name} ${keyType(key)} ${key.toString('base64')}`;
}

/** How known_hosts names a host that listens on this port. */
export function nameOf(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

/** `SHA256:…` as ssh-keygen prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The name that a key in SSH's wire format begins with; undefined where it isn't one. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 8) return undefined;
  const length = key.readUInt32BE(0);
  if (length < 4 || length > 64 || 4 + length > key.length) return undefined;
  const name = key.toString('latin1', 4, 4 + length);
  return /^[\w@.-]+$/.test(name) ? name : undefined;
}

function matchesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) {
    const salt = Buffer.from(hosts.split('|')[2] ?? '', 'base64');
    return hashed(name, salt) === hosts;
  }
  let matches = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!wildcard(negated ? pattern.slice(1) : pattern).test(name)) continue;
    // One that says no outweighs all that say yes.
    if (negated) return false;
    matches = true;
  }
  return matches;
}

function hashed(name: string, salt: Buffer): string {
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

function wildcard(pattern: string): RegExp {
  // Repeated stars mean the same as one, and would make the expression slow.
  const escaped = pattern.replace(/\*+/g, '*').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
