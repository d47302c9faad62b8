import type { HostError } from '../../../hosts/host-error.js';
import { failed, ok, unknown, warning, type Check, type Mend } from '../check.js';
import { isReached, type HostFacts } from '../facts.js';
import { onHost } from '../remedy.js';

/** The way to a host: its address, its key, yours, what its sshd lets through. A local engine has only the first. */
export const wayChecks = [connection, hostKey, keys, forwarding, sshd];

function connection(facts: HostFacts): Check {
  const { error, sight, connecting, address } = facts;
  const isTold = error?.kind.startsWith('host-key-') || error?.kind === 'auth';
  if (error !== undefined && !isReached(facts) && !isTold)
    return failed('connection', says(error), error.remedy);
  if (address.scheme === 'unix') return ok('connection', `the engine of this machine, ${address.path}`);
  const way = sight?.via === undefined ? '' : ` through ${sight.via}`;
  return ok('connection', `${sight?.place ?? address.host}${way}, in ${Math.round(connecting)} ms`);
}

function hostKey(facts: HostFacts): Check | undefined {
  const { error, instance, address } = facts;
  if (error?.kind.startsWith('host-key-')) return failed('host-key', says(error), error.remedy);
  if (address.scheme === 'unix' || facts.hostKey === undefined) return undefined;
  if (instance?.hostKey === undefined || instance.hostKey === facts.hostKey)
    return ok('host-key', `${facts.hostKey} is known`);
  return warning(
    'host-key',
    `it shows ${facts.hostKey}, and had ${instance.hostKey} when it was registered`,
    {
      remedy: 'if it is the same machine, register it again',
      command: `longshore register-container-instance --cluster ${instance.cluster} --host ${address.host} --name ${instance.name}`,
    },
  );
}

function keys(facts: HostFacts): Check | undefined {
  const { error, sight } = facts;
  if (error?.kind === 'auth') return failed('keys', says(error), error.remedy);
  if (sight?.key === undefined) return undefined;
  const key = sight.key === 'agent' ? 'a key of the agent' : sight.key;
  return ok('keys', `${sight.place} accepts ${key}`);
}

/** Requests at once where sshd doesn't forward: ssh-transport.ts. */
const programs = 8;

function forwarding(facts: HostFacts): Check | undefined {
  const { sight, address } = facts;
  if (address.scheme === 'unix' || sight === undefined) return undefined;
  if (sight.way === 'forward') return ok('forwarding', "sshd forwards to the engine's socket");
  if (sight.way === undefined) return unknown('forwarding', 'there is no engine to forward to');
  const instead = `docker system dial-stdio is used instead, with ${programs} requests at once`;
  if (sight.survey?.sshd?.forwardsSockets)
    return warning(
      'forwarding',
      `sshd may forward sockets, but not for this key or user: ${instead}`,
      'take restrict or no-port-forwarding from the key in ~/.ssh/authorized_keys there, or see whether a Match block of its sshd_config forbids it',
    );
  return warning(
    'forwarding',
    `sshd forwards no sockets: ${instead}`,
    setInSshd(facts, 'AllowStreamLocalForwarding yes'),
  );
}

/** Looking at a host takes programs too. */
const looks = 2;
/** Connects at once to one sshd: open-hosts.ts. */
const connects = 8;

function sshd(facts: HostFacts): Check | undefined {
  const { sight, address } = facts;
  if (address.scheme === 'unix' || sight?.survey === undefined) return undefined;
  const config = sight.survey.sshd;
  if (config === undefined) return unknown('sshd', 'only root may read its configuration');
  const { maxSessions, maxStartups, maxAuthTries } = config;
  const detail = `MaxSessions ${maxSessions}, MaxStartups ${maxStartups}, MaxAuthTries ${maxAuthTries}`;
  const sessions = looks + (sight.way === 'program' ? programs : 0);
  if (maxSessions < sessions)
    return warning(
      'sshd',
      `${detail}: up to ${sessions} programs run at once over a connection`,
      setInSshd(facts, `MaxSessions ${sessions}`),
    );
  if (maxStartups < connects)
    return warning(
      'sshd',
      `${detail}: up to ${connects} connections are made at once, some would be dropped`,
      setInSshd(facts, 'MaxStartups 10:30:100'),
    );
  return ok('sshd', detail);
}

/** Of several lines sshd takes the first, and files are read in the order of their names. */
function setInSshd(facts: HostFacts, line: string): Mend {
  const file = `/etc/ssh/sshd_config.d/00-${line.split(' ')[0]}.conf`;
  return onHost(
    facts,
    `echo ${line} | {sudo}tee ${file} && {sudo}systemctl reload ssh || {sudo}systemctl reload sshd`,
  );
}

/** The words of a failure without the host's name, which stands above them. */
export function says({ host, message }: HostError): string {
  const rest = message.startsWith(host) ? message.slice(host.length) : message;
  return rest.replace(/^(: | unreachable: | )/, '');
}
