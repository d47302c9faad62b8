import type { Interrupts } from './interrupts.js';
import type { Progress } from './progress.js';
import { clean } from './terminal-text.js';

/** What a host says of itself that we don't know yet. */
export interface HostKeyQuestion {
  host: string;
  /** `ssh-ed25519` … */
  keyType: string;
  /** `SHA256:…` */
  fingerprint: string;
}

export interface PassphraseQuestion {
  /** Path of the encrypted key. */
  identityFile: string;
}

/** Questions to the user at the terminal, one at a time. */
export interface Questions {
  hostKey(question: HostKeyQuestion): Promise<boolean>;
  /** undefined: skipped. */
  passphrase(question: PassphraseQuestion): Promise<string | undefined>;
}

/** Asks on stderr, so that stdout keeps nothing but the answer. Ctrl-C at a question ends the command. */
export function terminalQuestions(progress: Progress, interrupts: Interrupts): Questions {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(ask: () => Promise<T>, otherwise: T): Promise<T> => {
    const turn = last.then(() => (interrupts.by === undefined ? progress.hold(ask) : otherwise));
    const answer = turn.catch((error: unknown) => {
      if (!isAbandonedPrompt(error)) throw error;
      if (interrupts.by === undefined) interrupts.interrupt('SIGINT');
      return otherwise;
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  const context = { output: process.stderr, signal: interrupts.signal };
  return {
    hostKey: (question) =>
      inTurn(async () => {
        const { confirm } = await import('@inquirer/prompts');
        return confirm({ message: hostKeyMessage(question), default: false }, context);
      }, false),
    passphrase: (question) =>
      inTurn(async () => {
        const { password } = await import('@inquirer/prompts');
        const message = passphraseMessage(question);
        return (await password({ message, mask: false }, context)) || undefined;
      }, undefined),
  };
}

/** What is asked must not look like something else: whom a key belongs to, or what the answer is for. */
export const hostKeyMessage = ({ host, keyType, fingerprint }: HostKeyQuestion): string =>
  clean(`${host} is not in known_hosts yet. Its ${keyType} key is ${fingerprint}. Trust it?`);

export const passphraseMessage = ({ identityFile }: PassphraseQuestion): string =>
  clean(`Passphrase of ${identityFile}`);

/** Ctrl-C at a question, or a signal while it stood. */
export const isAbandonedPrompt = (error: unknown): boolean =>
  error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);

/** One of several ways on, such as what Ctrl-C should mean. */
export async function choose<T extends string>(
  message: string,
  choices: readonly { value: T; name: string }[],
  progress: Progress,
): Promise<T> {
  const { select } = await import('@inquirer/prompts');
  return progress.hold(() => select({ message, choices: [...choices] }, { output: process.stderr }));
}
