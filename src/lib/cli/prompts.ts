import type { Interrupts } from './interrupts.js';
import type { Progress } from './progress.js';
import { wrapped } from './people-words.js';
import { promptTheme } from './prompt-theme.js';
import { clean } from './terminal-text.js';
import type { Terminal } from './terminal.js';

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

export interface TextQuestion {
  message: string;
  /** What Enter alone means. */
  otherwise?: string;
  /** Why the text won't do; undefined: it will. */
  fault: (text: string) => string | undefined;
}

export interface Choice<T extends string> {
  value: T;
  name: string;
}

/**
 * Questions to the user at the terminal, one at a time, on stderr, so that stdout keeps nothing but the answer. Ctrl-C
 * at a question ends the command: what the engine asks is then answered with no, what a command asks throws
 * (isAbandonedPrompt).
 */
export interface Questions {
  hostKey(question: HostKeyQuestion): Promise<boolean>;
  /** undefined: skipped. */
  passphrase(question: PassphraseQuestion): Promise<string | undefined>;
  /** What is not to be seen; may be empty. Throws where it is abandoned. */
  secret(message: string): Promise<string>;
  /** Without blanks around it. */
  text(question: TextQuestion): Promise<string>;
  /** Enter alone means no. */
  confirm(message: string): Promise<boolean>;
  choose<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T>;
}

export function terminalQuestions(progress: Progress, interrupts: Interrupts, terminal: Terminal): Questions {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => {
      if (interrupts.by !== undefined) throw new Abandoned('interrupted');
      return progress.hold(ask);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  const orElse = <T>(asked: Promise<T>, otherwise: T): Promise<T> =>
    asked.catch((error: unknown) => {
      if (!isAbandonedPrompt(error)) throw error;
      if (interrupts.by === undefined) interrupts.interrupt('SIGINT');
      return otherwise;
    });
  const context = { output: process.stderr, signal: interrupts.signal };
  const theme = promptTheme(terminal);
  // Broken between words, with room for the sign before it and the answers after it.
  const said = (text: string) => wrapped(clean(text), 0, terminal.width() - 8).trimEnd();
  const confirm = async (message: string) =>
    (await import('@inquirer/prompts')).confirm({ message, default: false, theme }, context);
  return {
    hostKey: (question) =>
      orElse(
        inTurn(() => confirm(said(hostKeyMessage(question)))),
        false,
      ),
    passphrase: (question) =>
      orElse(
        inTurn(async () => {
          const { password } = await import('@inquirer/prompts');
          const message = said(passphraseMessage(question));
          return (await password({ message, mask: false, theme }, context)) || undefined;
        }),
        undefined,
      ),
    secret: (message) =>
      inTurn(async () => {
        const { password } = await import('@inquirer/prompts');
        return password({ message: said(message), mask: false, theme }, context);
      }),
    text: ({ message, otherwise, fault }) =>
      inTurn(async () => {
        const { input } = await import('@inquirer/prompts');
        const validate = (text: string) => {
          const wrong = fault(text.trim());
          return wrong === undefined ? true : said(wrong);
        };
        return (await input({ message: said(message), default: otherwise, validate, theme }, context)).trim();
      }),
    confirm: (message) => inTurn(() => confirm(said(message))),
    choose: (message, choices) =>
      inTurn(async () => {
        const { select } = await import('@inquirer/prompts');
        return select({ message: said(message), choices: [...choices], theme }, context);
      }),
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

/** A question that was not even asked. */
class Abandoned extends Error {
  override readonly name = 'AbortPromptError';
}

/** What Ctrl-C should mean: asked after it, so not in turn with what it has ended. */
export async function chooseAfterInterrupt<T extends string>(
  message: string,
  choices: readonly Choice<T>[],
  { progress, terminal }: { progress: Progress; terminal: Terminal },
): Promise<T> {
  const { select } = await import('@inquirer/prompts');
  const theme = promptTheme(terminal);
  return progress.hold(() => select({ message, choices: [...choices], theme }, { output: process.stderr }));
}
