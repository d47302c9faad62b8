import { ecsArchitecture } from '../../../hosts/probe.js';
import { failed, ok, warning, type Check } from '../check.js';
import type { HostFacts } from '../facts.js';
import { onHost } from '../remedy.js';

/** A host's place: whose it is, who its neighbours are, who reaches what it publishes. */
export const placeChecks = [marker, architecture, firewall];

function marker(facts: HostFacts): Check | undefined {
  const { markers, instance, name } = facts;
  if (markers === undefined) return undefined;
  const others = markers.filter((one) => one.cluster !== instance?.cluster).map((one) => one.cluster);
  const shared = others.length === 0 ? '' : `, which shares it with ${others.join(', ')}`;
  if (instance === undefined) {
    const mine = markers.map((one) => one.cluster).join(', ');
    return ok('marker', mine === '' ? 'belongs to no cluster' : `belongs to the cluster ${mine}`);
  }
  const { id, cluster } = instance;
  const own = markers.find((one) => one.cluster === cluster);
  if (own?.instanceId === id) return ok('marker', `${id.slice(0, 8)} of the cluster ${cluster}${shared}`);
  const found = own === undefined ? 'its marker is gone' : 'it carries another marker';
  return failed(
    'marker',
    `${found}: it was made anew, or is another machine than the one of the cluster ${cluster}`,
    {
      remedy: "to let it take that one's place, register it again after this",
      command: `longshore deregister-container-instance --cluster ${cluster} --container-instance ${name} --force`,
    },
  );
}

function architecture(facts: HostFacts): Check | undefined {
  if (facts.info === undefined) return undefined;
  const own = ecsArchitecture(facts.info.architecture);
  const others = [...facts.architectures].filter(([name]) => name !== own);
  if (others.length === 0) return ok('architecture', own);
  const counted = others.map(([name, n]) => `${n} ${n === 1 ? 'is' : 'are'} ${name}`).join(', ');
  const equals = facts.architectures.get(own) ?? 1;
  // Told where it is the exception, or nowhere is it.
  if (equals > Math.max(...others.map(([, n]) => n)))
    return ok('architecture', `${own}; of the cluster's hosts ${counted}`);
  return warning(
    'architecture',
    `${own}, while of the cluster's hosts ${counted}: an image of one kind doesn't run on the other`,
    `say in task definitions which they are for: "runtimePlatform": {"cpuArchitecture": "${own === 'arm64' ? 'ARM64' : 'X86_64'}"}`,
  );
}

/** Docker's rules for published ports come before those of ufw and firewalld. */
function firewall(facts: HostFacts): Check | undefined {
  const survey = facts.sight?.survey;
  if (survey === undefined) return undefined;
  if (survey.firewall === 'none') return ok('firewall', 'neither ufw nor firewalld is active');
  if (survey.engine?.iptables === false)
    return ok('firewall', `${survey.firewall} is active, and Docker leaves the firewall alone`);
  const ports = facts.published ?? [];
  const open =
    ports.length === 0
      ? 'ports that containers publish are open all the same'
      : `these are open all the same: ${list(ports)}`;
  const out = survey.interface ?? 'eth0';
  return warning('firewall', `${survey.firewall} is active, but Docker passes it by: ${open}`, {
    remedy:
      'let only a network of yours in, such as 10.0.0.0/8, or register the host with a --publish-address that only that network reaches',
    ...onHost(
      facts,
      `{sudo}iptables -I DOCKER-USER -i ${out} ! -s 10.0.0.0/8 -m conntrack --ctstate NEW -j DROP`,
    ),
  });
}

const most = 8;

const list = (ports: readonly string[]): string =>
  ports.length <= most
    ? ports.join(', ')
    : `${ports.slice(0, most).join(', ')} and ${ports.length - most} more`;
