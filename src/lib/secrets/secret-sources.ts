import { readVariable } from '../config.js';
import type { SecretSources, Vault } from '../engine/secrets/sources.js';

export interface SecretSettings {
  identityFile: string;
  /** The program and its first arguments, as a shell would take them apart. */
  command: string | undefined;
  /** Where relative paths of definitions begin. */
  filesDir: string;
  home: string;
  /** Files that the user's hosts are reached with, besides those in ~/.ssh. */
  sshKeys(): Promise<readonly string[]>;
  /** ECS_ENGINE_AUTH_DATA. */
  engineAuthData: string | undefined;
  /** Where Docker's config.json is. */
  dockerConfigDir: string;
}

/** Where this machine has secrets; each place is loaded when it is asked. */
export function secretSources(settings: SecretSettings): SecretSources {
  const { identityFile, command } = settings;
  let opened: Vault | undefined;
  return {
    where: 'here',
    variable: readVariable,
    command:
      command === undefined
        ? undefined
        : async (name, signal) =>
            (await import('./secrets-command.js')).askSecretsCommand(command, name, signal),
    file: async (paths) => (await import('./client-files.js')).readClientFile(paths, settings),
    registry: async (name, signal) => {
      const given =
        settings.engineAuthData === undefined
          ? undefined
          : (await import('./engine-auth.js')).engineAuth(settings.engineAuthData, name);
      if (given !== undefined) return given;
      const { dockerCredentials } = await import('./docker-credentials.js');
      return dockerCredentials(settings.dockerConfigDir, name, signal);
    },
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
