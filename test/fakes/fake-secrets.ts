import type { RegistryAuth } from '../../src/lib/hosts/docker-host.js';
import { SourceFault, type SecretSources } from '../../src/lib/engine/secrets/sources.js';

export interface FakeSecrets extends SecretSources {
  variables: Record<string, string>;
  files: Record<string, string>;
  /** What was asked of the command. */
  asked: string[];
}

/** A client without a disk: its vault turns bytes round, which is enough to see that no value stands in the state. */
export function fakeSecrets(
  given: {
    variables?: Record<string, string>;
    files?: Record<string, string>;
    command?: Record<string, string>;
    logins?: Record<string, RegistryAuth | SourceFault>;
  } = {},
): FakeSecrets {
  const { variables = {}, files = {}, command, logins = {} } = given;
  const asked: string[] = [];
  const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff));
  return {
    variables,
    files,
    asked,
    where: 'here',
    variable: (name) => variables[name] || undefined,
    command:
      command &&
      (async (name) => {
        asked.push(name);
        const value = command[name];
        if (value === undefined) throw new SourceFault('vault ended with 1: no such secret');
        return Buffer.from(value);
      }),
    registry: async (name) => {
      const login = logins[name];
      if (login instanceof Error) throw login;
      return login;
    },
    file: async (paths) => {
      const path = paths.find((each) => each in files);
      if (path === undefined) throw new SourceFault(`there is no file ${paths.join(' or ')}`);
      return Buffer.from(files[path] ?? '');
    },
    vault: {
      seal: async (value) => ({ text: turned(value).toString('base64'), recipient: 'age1fake' }),
      open: async ({ text }) => turned(Buffer.from(text, 'base64')),
    },
  };
}
