import { EcsError } from '../api/errors.js';
import type { ContainerInstance } from '../api/types.js';
import { parseAddress } from '../hosts/address.js';
import { isHostsFault } from './each-host.js';
import { count } from '../api/count.js';
import { wrapped } from './people-words.js';
import type { Questions } from './prompts.js';
import { renderError } from './render-error.js';
import type { Session } from './session.js';
import { amount, hostName } from './tables/instance-table.js';
import { clean } from './terminal-text.js';

/** Makes a host an instance. Throws what the engine throws. */
export type Register = (host: string) => Promise<ContainerInstance>;

const FORMS =
  'A host is entered as user@host or user@host:port, by its name in ~/.ssh/config, or as unix:///var/run/docker.sock for the engine of this machine.';

/**
 * Asks for hosts until an empty line, and tries each as it is entered: it is registered and what it is is told, or why
 * not and what to do; then it may be tried again or left out. Throws what is no host's fault.
 */
export async function askHosts(
  session: Session,
  questions: Questions,
  register: Register,
): Promise<ContainerInstance[]> {
  explain(`${FORMS} Enter alone ends the list.`, session);
  const instances: ContainerInstance[] = [];
  for (;;) {
    const message = instances.length === 0 ? 'Host:' : 'Next host:';
    const host = await questions.text({
      message,
      fault: (text) => (text === '' ? undefined : faultOf(text)),
    });
    if (host === '') return instances;
    const instance = await tryHost(host, session, questions, register);
    if (!(instance instanceof Error)) instances.push(instance);
  }
}

/** Asks for one host: its instance, or the failure (told already) with which it was left out. */
export async function askHost(
  session: Session,
  questions: Questions,
  register: Register,
): Promise<ContainerInstance | Error> {
  explain(FORMS, session);
  const fault = (text: string) => (text === '' ? 'Which host? Ctrl-C leaves.' : faultOf(text));
  const host = await questions.text({ message: 'Host:', fault });
  return tryHost(host, session, questions, register);
}

const explain = (text: string, { progress, terminal }: Session): void =>
  progress.printError(wrapped(text, 0, terminal.width()));

/** The host's instance, or the failure with which it was left out. */
async function tryHost(
  host: string,
  session: Session,
  questions: Questions,
  register: Register,
): Promise<ContainerInstance | Error> {
  for (;;) {
    try {
      const instance = await register(host);
      session.progress.talk(`${session.terminal.talkStyle('green', 'registered:')} ${wordsFor(instance)}`);
      return instance;
    } catch (error) {
      if (session.interrupts.signal.aborted || !isHostsFault(error)) throw error;
      const { message, remedy = '' } = renderError(error, { toPeople: true });
      session.progress.talk(`${session.terminal.talkStyle('red', 'failed:')} ${clean(message)}`);
      if (remedy !== '') session.progress.talk(clean(remedy));
      const next = await questions.choose(`What about ${host}?`, [
        { value: 'again', name: 'Try it again' },
        { value: 'leave', name: 'Leave it out' },
      ]);
      if (next === 'leave') return error;
    }
  }
}

/** `web1: Docker 20.10.24, 2 CPUs, 24105 MiB` */
function wordsFor(instance: ContainerInstance): string {
  const engine = instance.versionInfo?.dockerVersion?.replace('DockerVersion: ', 'Docker ');
  const cpus = count(amount(instance.registeredResources, 'CPU') / 1024, 'CPU');
  const memory = `${amount(instance.registeredResources, 'MEMORY')} MiB`;
  return clean(`${hostName(instance) ?? 'host'}: ${[engine, cpus, memory].filter(Boolean).join(', ')}`);
}

function faultOf(text: string): string | undefined {
  try {
    parseAddress(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    return clean([error.message, error.remedy].filter(Boolean).join('; '));
  }
}
