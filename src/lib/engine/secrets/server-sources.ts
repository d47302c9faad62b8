import { SourceFault, type SecretSources } from './sources.js';

const WHERE = "on the server's machine";

/** Sources of a server, whose callers may be on another machine: what is not found there, they would look for on their own. */
export function serverSources(own: SecretSources): SecretSources {
  const { command } = own;
  return {
    where: WHERE,
    variable: (name) => own.variable(name),
    command: command && ((...asked) => placed(command(...asked))),
    file: (...asked) => placed(own.file(...asked)),
    registry: (...asked) => placed(own.registry(...asked)),
    vault: {
      seal: (value) => placed(own.vault.seal(value)),
      open: (sealed) => placed(own.vault.open(sealed)),
    },
  };
}

/** Throws as the work does; a fault says where it is. */
async function placed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    throw new SourceFault(`${WHERE} ${error.message}`, error.remedy, { cause: error });
  }
}
