import { execFile } from 'node:child_process';
import { statfs, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseAddress } from './hosts/address.js';
import type { Machine, StateFacts } from './engine/doctor/machine.js';

export interface MachineOptions {
  user: { name: string; home: string };
  sshConfigFile: string | undefined;
  sshAuthSock: string | undefined;
  /** DOCKER_HOST */
  dockerHost: string | undefined;
  state: { path: string; fault: StateFacts['fault'] };
}

/** The machine that this process runs on. */
export function thisMachine(options: MachineOptions): Machine {
  const { user, sshConfigFile, sshAuthSock, state } = options;
  return {
    sshConfigFile,
    async engineAddress() {
      const said = options.dockerHost ?? (await hostOfDockerContext());
      return parseAddress(said ?? 'unix:///var/run/docker.sock');
    },
    async look() {
      const { localKeys } = await import('./hosts/local-keys.js');
      const [keys, ssh, stateFacts] = await Promise.all([
        localKeys(user, sshAuthSock),
        sshVersion(),
        lookAtState(state),
      ]);
      return {
        nodeVersion: process.version,
        sshVersion: ssh,
        agent: { socket: sshAuthSock, keys: keys.agent },
        keyFiles: keys.files,
        state: stateFacts,
      };
    },
  };
}

/** Milliseconds. */
const patience = 5000;

/** `ssh -V` prints to stderr; its first word and number are enough. */
function sshVersion(): Promise<string | undefined> {
  return new Promise((tell) => {
    execFile('ssh', ['-V'], { timeout: patience }, (error, _stdout, stderr) => {
      const said = stderr.trim().split(',')[0]?.trim();
      tell(error === null && said ? said : undefined);
    });
  });
}

/** Where the docker command finds its engine: Docker Desktop's, a rootless one, or whatever its context says. */
function hostOfDockerContext(): Promise<string | undefined> {
  const args = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
  return new Promise((tell) => {
    execFile('docker', args, { timeout: patience }, (error, stdout) => {
      tell(error === null && stdout.trim() !== '' ? stdout.trim() : undefined);
    });
  });
}

async function lookAtState({ path, fault }: MachineOptions['state']): Promise<StateFacts> {
  const folder = dirname(resolve(path));
  const [found, system] = await Promise.all([
    stat(folder).catch(() => undefined),
    statfs(folder).catch(() => undefined),
  ]);
  return {
    path,
    fault,
    folder,
    folderMode: process.platform === 'win32' ? undefined : found?.mode,
    freeBytes: system && system.bavail * system.bsize,
  };
}
