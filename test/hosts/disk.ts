import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './run.js';

/** What a host finds on its disk besides the machine's programs. */
export type Furnishing = {
  hostName: string;
  /** Folder with `host_ed25519` (private) and `host_ed25519.pub`. */
  keysDir: string;
  /** Public keys that may log in as `root` and as `deploy`. */
  authorizedKeys: string;
  /** Addresses by name of the cluster's hosts, for /etc/hosts. */
  addresses: Record<string, string>;
  /** Parent of all containers' cgroups. */
  cgroup: string;
  /** Pretended memory of the machine in MiB. */
  memory?: number;
  /** File that all engines of a cluster share: it holds their id. */
  engineKey: string;
};

/** A size that tests can't reach by accident; nothing is taken from memory until it is written. */
export const diskSize = '2g';

/**
 * Mount a host's empty disk: a tmpfs, so that each host has its own limit, and no file outlives a `down`.
 * It is mounted on the machine, not in the host, so that it survives the host's reboot.
 */
export async function mountDisk(disk: string): Promise<void> {
  mkdirSync(disk, { recursive: true });
  await run(['mount', '-t', 'tmpfs', '-o', `size=${diskSize},mode=755`, 'longshore-test', disk]);
}

/** Fill an empty disk with what makes a Debian host out of the machine's own programs. */
export async function furnish(disk: string, what: Furnishing): Promise<void> {
  for (const [path, mode] of folders) mkdir(join(disk, path), mode);
  symlinkSync('/run', join(disk, 'var/run'));

  const borrowed = borrowedEtc.filter((path) => existsSync(join('/etc', path)));
  await run(['cp', '-a', '--parents', ...borrowed.map((path) => `./${path}`), join(disk, 'etc')], {
    cwd: '/etc',
  });
  for (const [path, text] of Object.entries(etcFiles(what))) writeText(join(disk, 'etc', path), text);
  if (what.memory !== undefined) writeText(join(disk, 'etc/meminfo'), meminfo(what.memory));
  await chooseIptables(disk);

  installHostKey(disk, what.keysDir);
  authorize(disk, what.authorizedKeys);
  installEngineKey(disk, what.engineKey);
}

/** Put `host_ed25519` of a folder in place as the host's SSH key. */
export function installHostKey(disk: string, keysDir: string): void {
  writeText(
    join(disk, 'etc/ssh/ssh_host_ed25519_key'),
    readFileSync(join(keysDir, 'host_ed25519'), 'utf8'),
    0o600,
  );
  const publicKey = readFileSync(join(keysDir, 'host_ed25519.pub'), 'utf8');
  writeText(join(disk, 'etc/ssh/ssh_host_ed25519_key.pub'), publicKey);
}

/** Let in who holds one of these keys, and nobody else; an empty text locks everybody out. */
export function authorize(disk: string, publicKeys: string): void {
  for (const user of ['root', 'deploy']) writeText(join(disk, 'etc/ssh/authorized_keys', user), publicKeys);
}

function installEngineKey(disk: string, path: string): void {
  const key = readFileSync(path, 'utf8');
  writeText(join(disk, 'etc/docker/key.json'), key, 0o600);
  // Docker from 25 on keeps the bare id, among its data.
  writeText(join(disk, 'var/lib/docker/engine-id'), (JSON.parse(key) as { kid: string }).kid, 0o600);
}

/** An engine's identity file, as Docker up to 24 reads it: its id is the fingerprint of this key. */
export function writeEngineKey(path: string): void {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const hash = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
  const kid = base32(hash.subarray(0, 30)).match(/.{4}/g)?.join(':');
  const { crv, d, kty, x, y } = privateKey.export({ format: 'jwk' });
  writeText(path, JSON.stringify({ crv, d, kid, kty, x, y }), 0o600);
}

const folders: [path: string, mode: number][] = [
  ['etc', 0o755],
  ['home', 0o755],
  ['media', 0o755],
  ['mnt', 0o755],
  ['opt', 0o755],
  ['root', 0o700],
  ['srv', 0o755],
  ['tmp', 0o1777],
  ['var/lib/docker', 0o711],
  ['var/log', 0o755],
  ['var/tmp', 0o1777],
  ['home/deploy', 0o755],
];

/** What the machine's programs need of its /etc; accounts, keys and secrets stay out. */
const borrowedEtc = [
  'alternatives',
  'apparmor.d/abstractions',
  'apparmor.d/tunables',
  'debian_version',
  'ethertypes',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'login.defs',
  'os-release',
  'profile',
  'protocols',
  'services',
  'ssl/certs/ca-certificates.crt',
  'ssl/openssl.cnf',
];

function etcFiles(what: Furnishing): Record<string, string> {
  return {
    passwd: [
      'root:x:0:0:root:/root:/bin/bash',
      'sshd:x:102:65534::/run/sshd:/usr/sbin/nologin',
      'deploy:x:1000:1000::/home/deploy:/bin/bash',
      'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
      '',
    ].join('\n'),
    group: 'root:x:0:\ntty:x:5:\ndocker:x:990:deploy\ndeploy:x:1000:\nnogroup:x:65534:\n',
    // `*`: no password, but not locked, which sshd would refuse.
    shadow: 'root:*:19000::::::\nsshd:*:19000::::::\ndeploy:*:19000::::::\nnobody:*:19000::::::\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n',
    'resolv.conf': 'nameserver 203.0.113.53\noptions timeout:1 attempts:1\n',
    hostname: `${what.hostName}\n`,
    hosts: hostsFile(what),
    // The same on all hosts, as on machines cloned from one template.
    'machine-id': 'c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0\n',
    'docker/daemon.json': JSON.stringify({
      'log-level': 'warn',
      'cgroup-parent': `/${what.cgroup}`,
      'exec-opts': ['native.cgroupdriver=cgroupfs'],
      // A registry of the tests' own, in the hosts' network, speaks no TLS.
      'insecure-registries': ['10.0.0.0/8'],
    }),
    'ssh/sshd_config': sshdConfig,
  };
}

const sshdConfig = `Include /etc/ssh/sshd_config.d/*.conf
Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys/%u
PidFile /run/sshd.pid
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
LogLevel VERBOSE
Subsystem sftp internal-sftp
`;

function hostsFile(what: Furnishing): string {
  const lines = Object.entries(what.addresses).map(([name, address]) => `${address} ${name}`);
  return ['127.0.0.1 localhost', ...lines, ''].join('\n');
}

function meminfo(memory: number): string {
  const text = readFileSync('/proc/meminfo', 'utf8');
  return text.replace(/^(MemTotal|MemFree|MemAvailable):.*$/gm, `$1: ${memory * 1024} kB`);
}

/** A kernel without nf_tables still has the older interface; the engine takes what `iptables` stands for. */
async function chooseIptables(disk: string): Promise<void> {
  const alternative = join(disk, 'etc/alternatives/iptables');
  if (!existsSync('/etc/alternatives/iptables')) return;
  const probe = await run(['unshare', '--net', 'iptables', '-t', 'nat', '-L', '-n'], { mayFail: true });
  if (probe.code === 0) return;
  for (const [link, program] of [
    [alternative, '/usr/sbin/iptables-legacy'],
    [join(disk, 'etc/alternatives/ip6tables'), '/usr/sbin/ip6tables-legacy'],
  ] as const) {
    await run(['ln', '-sfn', program, link]);
  }
}

function base32(bytes: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet[parseInt(five, 2)]).join('');
}

function mkdir(path: string, mode: number): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
}

function writeText(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}
