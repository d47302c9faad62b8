import { parseSshdConfig, type SshdConfig } from './sshd-config.js';

/** What a host shows of itself beside its engine's API, to whoever may log in; undefined: it can't be seen. */
export interface HostSurvey {
  /** Who looked; root sees more. */
  isRoot: boolean;
  /** What its sshd goes by. */
  sshd: SshdConfig | undefined;
  /** The engine's configuration, file and flags together; undefined where the file can't be read. */
  engine: EngineConfig | undefined;
  /** A firewall of the host's own that is switched on; `none` where neither of these is. */
  firewall: 'ufw' | 'firewalld' | 'none';
  /** The interface of the default route. */
  interface: string | undefined;
  /** Of the file system under the engine's data; undefined also where the engine's data is not on this machine. */
  disk: { freeBytes: number; totalBytes: number; freeInodes: number; totalInodes: number } | undefined;
}

export interface EngineConfig {
  logOptions: Record<string, string>;
  /** False where the engine leaves the firewall alone. */
  iptables: boolean;
}

/**
 * What is looked at, as one command for any shell: no line breaks, no single quotes. Nothing is changed, and nothing
 * needs root. `$1` is the engine's data root. A file may end without a line break, so each part begins with one.
 */
const script = [
  'PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin',
  'echo; echo == uid; id -u',
  // From 9.3 on sshd tells without its host keys, which only root may read. What it would tell is in its files, mostly.
  'echo; echo == sshd; (sshd -G || sshd -T || (cat /etc/ssh/sshd_config; echo; echo == sshd.d; cat /etc/ssh/sshd_config.d/*.conf)) 2>/dev/null',
  'echo; echo == daemon; if [ -e /etc/docker/daemon.json ]; then cat /etc/docker/daemon.json 2>/dev/null || echo unreadable; fi',
  'echo; echo == dockerd; if [ -r /run/docker.pid ]; then tr "\\000" "\\n" </proc/$(cat /run/docker.pid)/cmdline 2>/dev/null; fi',
  'echo; echo == ufw; grep -i "^ENABLED=yes" /etc/ufw/ufw.conf 2>/dev/null',
  'echo; echo == firewalld; systemctl is-active firewalld 2>/dev/null',
  'echo; echo == route; cat /proc/net/route 2>/dev/null',
  'echo; echo == disk; df -Pk "$1" 2>/dev/null',
  'echo; echo == inodes; df -Pi "$1" 2>/dev/null',
  'true',
].join('; ');

/** The words of the command for `/bin/sh`, to be quoted or not as the way there needs it. */
export const surveyCommand = (dataRoot: string): string[] => ['sh', '-c', script, 'sh', dataRoot];

/** Reads what the script printed; undefined where it printed nothing of use. */
export function parseSurvey(text: string): HostSurvey | undefined {
  const parts = sections(text);
  if (!parts.has('uid')) return undefined;
  const part = (name: string) => parts.get(name) ?? '';
  return {
    isRoot: part('uid').trim() === '0',
    sshd: parseSshdConfig(part('sshd'), part('sshd.d')),
    engine: engineConfig(part('daemon'), part('dockerd')),
    firewall: firewallOf(part('ufw'), part('firewalld')),
    interface: defaultInterface(part('route')),
    disk: diskOf(part('disk'), part('inodes')),
  };
}

function sections(text: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const chunk of text.split(/^== /m).slice(1)) {
    const end = chunk.indexOf('\n');
    parts.set(chunk.slice(0, end).trim(), chunk.slice(end + 1));
  }
  return parts;
}

function engineConfig(file: string, flags: string): EngineConfig | undefined {
  const config = file.trim() === '' ? {} : parseObject(file);
  if (config === undefined) return undefined;
  const words = flags.split('\n').map((word) => word.trim());
  const logOptions: Record<string, string> = {};
  for (const [name, value] of Object.entries(asObject(config['log-opts'])))
    logOptions[name] = String(value).slice(0, longestOption);
  for (const [name, value] of words.flatMap((word, i) => logOption(word, words[i + 1])))
    logOptions[name] = value;
  const iptables = config['iptables'] !== false && !words.includes('--iptables=false');
  return { logOptions, iptables };
}

/** Characters; whoever holds the host may write anything into its files. */
const longestOption = 100;

/** `--log-opt max-size=10m` or `--log-opt=max-size=10m`. */
function logOption(word: string, next = ''): [string, string][] {
  const text = word === '--log-opt' ? next : /^--log-opt=(.*)$/.exec(word)?.[1];
  const match = /^([^=]+)=(.*)$/.exec(text ?? '');
  return match ? [[match[1] ?? '', (match[2] ?? '').slice(0, longestOption)]] : [];
}

function firewallOf(ufw: string, firewalld: string): HostSurvey['firewall'] {
  if (ufw.trim() !== '') return 'ufw';
  return firewalld.trim() === 'active' ? 'firewalld' : 'none';
}

/** The line of /proc/net/route whose destination and mask are 0. */
function defaultInterface(table: string): string | undefined {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const name = rows.find(
    ([name, to, , , , , , mask]) => name !== '*' && to === '00000000' && mask === '00000000',
  )?.[0];
  return name !== undefined && /^[\w.@-]{1,15}$/.test(name) ? name : undefined;
}

function diskOf(blocks: string, inodes: string): HostSurvey['disk'] {
  const [total, free] = dfNumbers(blocks);
  const [totalInodes = 0, freeInodes = 0] = dfNumbers(inodes);
  if (total === undefined || free === undefined) return undefined;
  return { totalBytes: total * 1024, freeBytes: free * 1024, totalInodes, freeInodes };
}

/** Total and available of `df -P`; a file system without a fixed number of inodes shows `-` or 0. */
function dfNumbers(text: string): [total?: number, available?: number] {
  // Filesystem 1024-blocks Used Available Capacity Mounted on
  const words = text.trim().split('\n').slice(1).at(-1)?.split(/\s+/) ?? [];
  const [total, available] = [Number(words[1]), Number(words[3])];
  return Number.isFinite(total) && Number.isFinite(available) ? [total, available] : [];
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
