import type { Failure, FailureCause, FailureDetails } from './failures.js';
import { HostError, type HostFailure } from './host-error.js';

interface Wording {
  kind: HostFailure;
  says: (details: FailureDetails) => string;
  remedy: (details: FailureDetails) => string;
}

/** Every failure in words: what is the matter, and what to do about it. */
const table: Record<FailureCause, Wording> = {
  config: {
    kind: 'unreachable',
    says: (d) => `ssh does not accept its settings (${d.detail})`,
    remedy: () => 'correct what ssh names',
  },
  dns: {
    kind: 'unreachable',
    says: (d) => `the name ${d.place} was not found`,
    remedy: () => 'check the name, or give its HostName in ~/.ssh/config',
  },
  refused: {
    kind: 'unreachable',
    says: (d) => `${d.place} refused the connection`,
    remedy: () => 'check that sshd runs there and listens on that port',
  },
  'no-route': {
    kind: 'unreachable',
    says: (d) => `there is no way to ${d.place} (${d.detail})`,
    remedy: () => 'check the address and the network',
  },
  'connect-timeout': {
    kind: 'unreachable',
    says: (d) => `${d.place} did not ${d.detail ?? 'answer'} within ${d.seconds} s`,
    remedy: () => 'check that the host is up and that no firewall drops the connection',
  },
  'closed-early': {
    kind: 'unreachable',
    says: (d) => `${d.place} closed the connection before the SSH handshake`,
    remedy: () =>
      'its sshd or a firewall may limit new connections (MaxStartups, PerSourcePenalties): try again in a minute',
  },
  handshake: {
    kind: 'unreachable',
    says: (d) => `the SSH handshake with ${d.place} failed (${d.detail})`,
    remedy: () => 'check that a current OpenSSH server listens there',
  },
  'proxy-command': {
    kind: 'unreachable',
    says: (d) => `its ProxyCommand failed (${d.detail})`,
    remedy: (d) => `try it by hand: ssh ${d.place} true`,
  },
  'jump-loop': {
    kind: 'unreachable',
    says: () => 'its jump hosts lead in a circle',
    remedy: () => 'correct ProxyJump in ~/.ssh/config',
  },
  'jump-forbidden': {
    kind: 'unreachable',
    says: () => 'it does not allow to connect onwards',
    remedy: () => 'set AllowTcpForwarding yes in its sshd_config',
  },
  'jump-failed': {
    kind: 'unreachable',
    says: (d) => `it could not connect to ${d.place} (${d.detail})`,
    remedy: () => 'check the address as seen from the jump host, and that sshd runs there',
  },
  'no-keys': {
    kind: 'auth',
    says: () => 'there is no key to offer: no SSH agent, and none of the identity files exists',
    remedy: () => 'run ssh-add, or name a key with IdentityFile in ~/.ssh/config',
  },
  'keys-refused': {
    kind: 'auth',
    says: (d) => `${d.detail ?? 'no key'} was accepted`,
    remedy: (d) =>
      `run ssh-add with a key that ${d.place} accepts, or add yours to its ~/.ssh/authorized_keys`,
  },
  'key-encrypted': {
    kind: 'auth',
    says: (d) => `key ${d.path} is encrypted`,
    remedy: (d) => `run ssh-add ${d.path}`,
  },
  'key-exposed': {
    kind: 'auth',
    says: (d) => `key ${d.path} can be read by other users, so it was not used`,
    remedy: (d) => `run chmod 600 ${d.path}`,
  },
  'too-many-keys': {
    kind: 'auth',
    says: (d) => `${d.place} gave up after ${d.detail}`,
    remedy: () => 'name the right one with IdentityFile and IdentitiesOnly yes in ~/.ssh/config',
  },
  'keys-not-allowed': {
    kind: 'auth',
    says: (d) => `${d.place} does not take keys, only ${d.detail}`,
    remedy: () => 'allow PubkeyAuthentication in its sshd_config',
  },
  'host-key-unknown': {
    kind: 'host-key-unknown',
    says: (d) => `the host key of ${d.place} is not known (${d.fingerprint})`,
    remedy: (d) =>
      `check the fingerprint by connecting once with ssh ${d.place}, or trust it with --accept-new-host-keys`,
  },
  'host-key-changed': {
    kind: 'host-key-changed',
    says: (d) =>
      `the host key of ${d.place} has changed: it shows ${d.fingerprint}, known is ${d.knownFingerprint} (${d.line})`,
    remedy: (d) => `if the host was made anew, run ${d.detail}; if not, somebody may be listening in`,
  },
  'host-key-revoked': {
    kind: 'host-key-changed',
    says: (d) => `the host key of ${d.place} is revoked (${d.line})`,
    remedy: () => 'give the host a new key',
  },
  'host-key-authority': {
    kind: 'host-key-unknown',
    says: (d) =>
      `only a certificate authority is known for ${d.place} (${d.line}), and host certificates are not supported`,
    remedy: () => "add the host's own key to known_hosts (ssh-keyscan)",
  },
  'known-hosts': {
    kind: 'host-key-unknown',
    says: (d) => `a known_hosts file can't be read (${d.detail})`,
    remedy: () => 'make it readable to you, or name another with UserKnownHostsFile in ~/.ssh/config',
  },
  'revoked-keys': {
    kind: 'host-key-unknown',
    says: (d) => `the list of RevokedHostKeys can't be understood (${d.detail})`,
    remedy: () => 'name a file that has one public key a line with RevokedHostKeys in ~/.ssh/config, or none',
  },
  'no-engine': {
    kind: 'no-docker',
    says: (d) => `no Docker engine answers at ${d.path}${d.detail === undefined ? '' : ` (${d.detail})`}`,
    remedy: () => 'install Docker there, or start it: systemctl start docker',
  },
  'no-docker-command': {
    kind: 'no-docker',
    says: (d) =>
      `its sshd does not forward to ${d.path}, and \`docker system dial-stdio\` failed (${d.detail})`,
    remedy: () =>
      'set AllowStreamLocalForwarding yes in its sshd_config, or install the docker command there',
  },
  'not-docker': {
    kind: 'no-docker',
    says: (d) => `what answers at ${d.path} is not a Docker engine (${d.detail})`,
    remedy: () => 'check what listens there',
  },
  'engine-too-old': {
    kind: 'no-docker',
    says: (d) => `its Docker engine speaks API ${d.detail}`,
    remedy: () => 'install Docker 19.03 or newer there',
  },
  'engine-too-new': {
    kind: 'no-docker',
    says: (d) => `its Docker engine speaks API ${d.detail} only`,
    remedy: () => 'install a newer Longshore',
  },
  'socket-denied': {
    kind: 'socket-denied',
    says: (d) => `${d.place} may not use ${d.path}`,
    remedy: (d) => `run usermod -aG docker ${userOf(d.place)} there as root, or name another user`,
  },
  'engine-timeout': {
    kind: 'timeout',
    says: (d) =>
      `its Docker engine did not answer within ${d.seconds} s${d.detail === undefined ? '' : ` (${d.detail})`}`,
    remedy: () => 'look at the engine there: systemctl status docker',
  },
  'no-server': {
    kind: 'no-server',
    says: (d) =>
      d.path === undefined
        ? 'no longshore server listens there for this user'
        : `no longshore server answers at ${d.path}${d.detail === undefined ? '' : ` (${d.detail})`}`,
    remedy: () =>
      'start it there (longshore serve, or install-controller), or give the path of its socket: ssh://USER@HOST/PATH',
  },
  'no-forwarding': {
    kind: 'no-server',
    says: (d) => `its sshd does not forward to ${d.path}, where a server listens`,
    remedy: () =>
      'set AllowStreamLocalForwarding yes in its sshd_config, or let the server listen on a port: longshore serve --listen',
  },
  nonsense: {
    kind: 'engine',
    says: (d) =>
      `its Docker engine gave an answer that makes no sense${d.detail === undefined ? '' : ` (${d.detail})`}`,
    remedy: () => 'look at what answers at its socket',
  },
  lost: {
    kind: 'lost',
    says: (d) =>
      `the connection dropped${d.detail === undefined ? '' : ` and could not be made again: ${d.detail}`}`,
    remedy: () => 'check that the host is up and run the command again',
  },
  silent: {
    kind: 'lost',
    says: (d) => `nothing has come from it for ${d.seconds} s`,
    remedy: () => 'check that the host is up, and the network on the way to it',
  },
  closed: {
    kind: 'lost',
    says: () => 'the connection was closed at the end of the command',
    remedy: () => 'run the command again',
  },
};

/** Kinds of which people say "unreachable". */
const unreached = new Set<HostFailure>(['unreachable', 'auth', 'host-key-unknown', 'host-key-changed']);

/**
 * The failure as the callers of a host get it: `web3 unreachable via bastion: no key of the agent was accepted`, and
 * as its remedy a fragment that goes after a semicolon. `via` is the last jump host before it.
 */
export function hostError(name: string, failure: Failure, via?: string): HostError {
  const { kind } = table[failure.why];
  const { says, remedy } = wordsOf(failure);
  const subject = failure.jumpHost === undefined ? says : `jump host ${failure.jumpHost}: ${says}`;
  const way = via === undefined || failure.jumpHost !== undefined ? '' : ` via ${via}`;
  const head = unreached.has(kind) ? `${name} unreachable${way}` : name;
  return new HostError(name, kind, `${head}: ${subject}`, remedy, { cause: failure });
}

export function kindOf(failure: Failure): HostFailure {
  return table[failure.why].kind;
}

/** A failure without the host's name. */
export function wordsOf(failure: Failure): { says: string; remedy: string } {
  const wording = table[failure.why];
  return { says: wording.says(failure.details), remedy: wording.remedy(failure.details) };
}

function userOf(place: string | undefined): string {
  return place?.split('@')[0] ?? 'USER';
}
