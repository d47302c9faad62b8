import { readVariable } from '../config.js';
import type { SecretSources, Vault } from '../engine/secrets/sources.js';

export interface SecretSettings {
  identityFile: string;
  /** The program and its first arguments, as a shell would take them apart. */
  command: string | undefined;
  /** Where relative paths of definitions begin. */
  filesDir: string;
  home: string;
}

/** Where this machine has secrets; each place is loaded when it is asked. */
export function secretSources({ identityFile, command, filesDir, home }: SecretSettings): SecretSources {
  let opened: Vault | undefined;
  return {
    variable: readVariable,
    command:
      command === undefined
        ? undefined
        : async (name, signal) =>
            (await import('./secrets-command.js')).askSecretsCommand(command, name, signal),
    file: async (paths) => (await import('./client-files.js')).readClientFile(paths, filesDir, home),
    vault: {
      seal: async (value) => (await vault()).seal(value),
      open: async (sealed) => (await vault()).open(sealed),
    },
  };

  async function vault() {
    const { openVault } = await import('./vault.js');
    return (opened ??= openVault(identityFile));
  }
}
