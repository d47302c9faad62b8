import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import * as daemons from './daemons.js';
import { diskSize } from './disk.js';
import type { TestHost } from './host.js';
import { run } from './run.js';
import { makeHostKey } from './ssh-files.js';

/** Something that goes wrong with a host, and how it is mended. */
export type Fault = {
  /** What a client sees. */
  what: string;
  inflict: (host: TestHost) => Promise<void>;
  mend: (host: TestHost) => Promise<void>;
  /** It is over when `inflict` returns: the host works again, and nothing is left to mend. */
  passes?: true;
};

/** Every fault by the name that `inflict`, `mend` and the command line know it by. */
export const faults = {
  'network-cut': {
    what: 'the cable is pulled: connects fail after some seconds with "no route to host", open connections hang',
    inflict: (host) => host.setCable('down'),
    mend: (host) => host.setCable('up'),
  },
  'network-blackhole': {
    what: 'everything sent to the host vanishes: connects and open connections hang',
    inflict: (host) => dropIncoming(host, '--insert'),
    mend: (host) => dropIncoming(host, '--delete'),
  },
  'network-slow': {
    what: 'everything sent by the host arrives 100 ms later (needs the kernel module sch_netem)',
    inflict: (host) => delay(host),
    mend: async (host) =>
      void (await host.exec(['tc', 'qdisc', 'del', 'dev', 'eth0', 'root'], { mayFail: true })),
  },
  'engine-killed': {
    what: 'dockerd and containerd are killed; containers run on until the engine is started again',
    inflict: daemons.killEngine,
    mend: daemons.startEngine,
  },
  'engine-stopped': {
    what: 'the engine is stopped in an orderly way, containers with it: its socket refuses',
    inflict: daemons.stopEngine,
    mend: daemons.startEngine,
  },
  'engine-paused': {
    what: 'the engine hangs: it accepts connections and never answers',
    inflict: daemons.pauseEngine,
    mend: daemons.resumeEngine,
  },
  'sshd-stopped': {
    what: 'connection refused on port 22; open sessions stay',
    inflict: daemons.stopSshd,
    mend: daemons.startSshd,
  },
  'sshd-paused': {
    what: 'sshd hangs: connects succeed, but it never says a word; open sessions stay',
    inflict: daemons.pauseSshd,
    mend: daemons.resumeSshd,
  },
  'disk-full': {
    what: 'no space left on device for the host and its engine, 0 bytes free',
    inflict: (host) => resizeDisk(host, usedBytes(host)),
    mend: (host) => resizeDisk(host, diskSize),
  },
  'host-key-changed': {
    what: 'the host shows another SSH key than known_hosts has',
    inflict: changeHostKey,
    mend: (host) => host.useHostKey(host.keysDir),
  },
  'key-rejected': {
    what: 'the user’s key is not accepted',
    inflict: async (host) => host.acceptKeys(false),
    mend: async (host) => host.acceptKeys(true),
  },
  'stream-local-forbidden': {
    what: 'sshd forwards no Unix sockets ("administratively prohibited")',
    inflict: (host) => setSshdOption(host, 'AllowStreamLocalForwarding no'),
    mend: (host) => setSshdOption(host, ''),
  },
  'socket-denied': {
    what: 'docker.sock is root’s alone: permission denied for the user deploy',
    inflict: async (host) =>
      void (await host.shell('chown root:root /run/docker.sock && chmod 600 /run/docker.sock')),
    mend: async (host) =>
      void (await host.shell('chown root:docker /run/docker.sock && chmod 660 /run/docker.sock')),
  },
  'docker-missing': {
    what: 'neither an engine with a socket nor the docker command is there',
    inflict: hideDocker,
    mend: showDocker,
  },
  'powered-off': {
    what: 'the machine is off; mending boots it again with its disk as it was',
    inflict: (host) => host.powerOff(),
    mend: (host) => host.powerOn(),
  },
  reboot: {
    what: 'the plug is pulled and put back: every process dies, /run and what else is in memory is lost, the disk stays',
    inflict: (host) => host.reboot(),
    mend: async () => {},
    passes: true,
  },
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faults, name);
}

/** Before routing, so that published ports, which are forwarded, are cut off too. */
async function dropIncoming(host: TestHost, action: '--insert' | '--delete'): Promise<void> {
  await host.exec([
    'iptables',
    '--table',
    'raw',
    action,
    'PREROUTING',
    '--in-interface',
    'eth+',
    '--jump',
    'DROP',
  ]);
}

async function delay(host: TestHost): Promise<void> {
  const argv = ['tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'netem', 'delay', '100ms'];
  const { code, stderr } = await host.exec(argv, { mayFail: true });
  if (code !== 0) throw new Error(`This machine's kernel cannot delay packets (module sch_netem): ${stderr}`);
}

/** A tmpfs whose size is what is used right now refuses the next byte, and no memory is wasted on filling it. */
async function resizeDisk(host: TestHost, size: string | number): Promise<void> {
  await run(['mount', '-o', `remount,size=${size}`, host.disk]);
}

function usedBytes(host: TestHost): number {
  const { blocks, bfree, bsize } = statfsSync(host.disk);
  return (blocks - bfree) * bsize;
}

async function changeHostKey(host: TestHost): Promise<void> {
  const otherKeys = join(host.dir, 'other-keys');
  await makeHostKey(otherKeys, host.name);
  await host.useHostKey(otherKeys);
}

async function setSshdOption(host: TestHost, line: string): Promise<void> {
  await host.shell(
    'mkdir -p /etc/ssh/sshd_config.d && printf "%s\\n" "$1" >/etc/ssh/sshd_config.d/fault.conf',
    [line],
  );
  await daemons.reloadSshd(host);
}

/** /usr is the machine's and read-only: a layer over its programs hides one of them. */
async function hideDocker(host: TestHost): Promise<void> {
  await daemons.stopEngine(host);
  await host.shell(
    `rm -f /run/docker.sock && mkdir -p /var/tmp/hidden/upper /var/tmp/hidden/work &&
     mount -t overlay -o lowerdir=/usr/bin,upperdir=/var/tmp/hidden/upper,workdir=/var/tmp/hidden/work overlay /usr/bin &&
     rm -f /usr/bin/docker`,
  );
}

async function showDocker(host: TestHost): Promise<void> {
  await host.shell('umount --lazy /usr/bin && rm -rf /var/tmp/hidden');
  await daemons.startEngine(host);
}
