import type { Progress } from './progress.js';

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

/** Asks on stderr, so that stdout keeps nothing but the answer. */
export function terminalQuestions(progress: Progress, signal: AbortSignal): Questions {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => progress.hold(ask));
    last = turn.catch(() => undefined);
    return turn;
  };
  const context = { output: process.stderr, signal };
  return {
    hostKey: (question) =>
      inTurn(async () => {
        const { confirm } = await import('@inquirer/prompts');
        const message = `${question.host} is not in known_hosts yet. Its ${question.keyType} key is ${question.fingerprint}. Trust it?`;
        return confirm({ message, default: false }, context);
      }),
    passphrase: (question) =>
      inTurn(async () => {
        const { password } = await import('@inquirer/prompts');
        return (
          (await password({ message: `Passphrase of ${question.identityFile}`, mask: false }, context)) ||
          undefined
        );
      }),
  };
}

/** One of several ways on, such as what Ctrl-C should mean. */
export async function choose<T extends string>(
  message: string,
  choices: readonly { value: T; name: string }[],
  progress: Progress,
): Promise<T> {
  const { select } = await import('@inquirer/prompts');
  return progress.hold(() => select({ message, choices: [...choices] }, { output: process.stderr }));
}
