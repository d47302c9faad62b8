import type { Machine, MachineFacts } from '../../src/lib/engine/doctor/machine.js';

/** A machine as it should be. */
export const soundFacts: MachineFacts = {
  nodeVersion: 'v20.19.4',
  sshVersion: 'OpenSSH_9.2p1',
  agent: { socket: '/tmp/agent', keys: 1 },
  accepted: [],
  keyFiles: [],
  state: {
    path: '/home/me/.local/state/longshore/state.db',
    fault: undefined,
    folder: '/home/me/.local/state/longshore',
    folderMode: 0o40700,
    freeBytes: 50e9,
  },
};

export const soundMachine: Machine = {
  sshConfigFile: undefined,
  engineAddress: async () => ({ scheme: 'unix', path: '/var/run/docker.sock' }),
  look: async () => soundFacts,
};
