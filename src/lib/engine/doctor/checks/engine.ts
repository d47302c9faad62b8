import { failed, ok, unknown, warning, type Check, type Mend } from '../check.js';
import type { HostFacts } from '../facts.js';
import { onHost, word } from '../remedy.js';
import { says } from './way.js';

/** The Docker engine: who may use it, what it is, how it keeps images and logs, what it warns of itself. */
export const engineChecks = [socket, engine, storage, logs, engineWarnings];

function socket(facts: HostFacts): Check | undefined {
  const { error, info, sight, address } = facts;
  if (error?.kind === 'socket-denied') {
    const user = sight?.place.split('@')[0] ?? '';
    const command =
      address.scheme === 'unix' ? '{sudo}usermod -aG docker $USER' : `{sudo}usermod -aG docker ${word(user)}`;
    return failed('socket', says(error), onHost(facts, command));
  }
  return info && ok('socket', 'it may be used');
}

function engine(facts: HostFacts): Check | undefined {
  const { error, info } = facts;
  if (info === undefined) {
    if (error?.kind === 'timeout')
      return failed('engine', says(error), onHost(facts, 'systemctl status docker'));
    if (error?.kind === 'no-docker')
      return failed('engine', says(error), {
        remedy: error.remedy,
        ...onHost(facts, '{sudo}systemctl start docker'),
      });
    return error?.kind === 'engine' ? failed('engine', says(error), error.remedy) : undefined;
  }
  const { serverVersion, apiVersion, operatingSystem, osType } = info;
  const detail = `Docker ${serverVersion}, API ${apiVersion}, ${operatingSystem}`;
  if (osType === 'linux') return ok('engine', detail);
  return failed('engine', `${detail}: only Linux containers are supported`, 'use a host with Linux');
}

/** Drivers that Docker itself advises. */
const goodDrivers = new Set([
  'overlay2',
  'overlayfs',
  'fuse-overlayfs',
  'btrfs',
  'zfs',
  'stargz',
  'windowsfilter',
]);
const useOverlay = (facts: HostFacts): Mend => ({
  remedy:
    'put "storage-driver": "overlay2" into /etc/docker/daemon.json there, and pull images anew; a restart of Docker stops what runs there',
  ...onHost(facts, '{sudo}systemctl restart docker'),
});

function storage(facts: HostFacts): Check | undefined {
  if (facts.info === undefined) return undefined;
  const { storageDriver, driverStatus } = facts.info;
  const under = driverStatus['Backing Filesystem'];
  const detail = `${storageDriver}${under === undefined ? '' : ` on ${under}`}`;
  if (driverStatus['Supports d_type'] === 'false')
    return failed(
      'storage',
      `${detail} without d_type: images come out damaged`,
      'make the file system anew there: mkfs.xfs -n ftype=1',
    );
  if (storageDriver === 'vfs')
    return warning('storage', `${detail}: each layer of an image is a full copy`, useOverlay(facts));
  return goodDrivers.has(storageDriver)
    ? ok('storage', detail)
    : warning('storage', `${detail}: Docker has given this driver up`, useOverlay(facts));
}

/** Drivers whose logs end up elsewhere, or rotate by themselves. */
function logs(facts: HostFacts): Check | undefined {
  if (facts.info === undefined) return undefined;
  const driver = facts.info.loggingDriver;
  if (driver !== 'json-file')
    return ok('logs', driver === 'local' ? 'local, which rotates by itself' : driver);
  const config = facts.sight?.survey?.disk === undefined ? undefined : facts.sight.survey.engine;
  if (config === undefined) return unknown('logs', "json-file; the engine's configuration can't be read");
  const size = config.logOptions['max-size'];
  if (size !== undefined && size !== '-1') return ok('logs', `json-file, rotated at ${size}`);
  return warning('logs', 'json-file without max-size: a container that logs on and on fills the disk', {
    remedy:
      'put "log-opts": {"max-size": "10m", "max-file": "3"} into /etc/docker/daemon.json there; it holds for new containers, and a restart of Docker stops those that run',
    ...onHost(facts, '{sudo}systemctl restart docker'),
  });
}

/** What other checks tell of, and what does no harm to anybody here. */
const toldElsewhere = /no (memory limit|swap limit|cpu cfs|cpu shares) support/i;
const harmless = /no (kernel memory|oom kill|blkio|cpuset|io\.|cpu realtime)/i;

function engineWarnings(facts: HostFacts): Check[] {
  const said = (facts.info?.warnings ?? []).map((text) => text.replace(/^WARNING: /i, '').trim());
  return said
    .filter((text) => text !== '' && !toldElsewhere.test(text) && !harmless.test(text))
    .map((text) => aboutWarning(text, facts));
}

function aboutWarning(text: string, facts: HostFacts): Check {
  const name = 'engine-warnings';
  if (/API is accessible on/i.test(text))
    return failed(
      name,
      text,
      'take tcp:// out of "hosts" in /etc/docker/daemon.json, or of dockerd -H: whoever reaches it is root',
    );
  if (/forwarding is disabled/i.test(text)) {
    const setting = /ipv6/i.test(text) ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward';
    return failed(name, `${text}: containers reach nothing`, onHost(facts, `{sudo}sysctl -w ${setting}=1`));
  }
  if (/bridge-nf-call/i.test(text)) return warning(name, text, onHost(facts, '{sudo}modprobe br_netfilter'));
  return warning(name, text, onHost(facts, 'docker info'));
}
