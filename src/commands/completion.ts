import { nearestName } from '../lib/api/nearest.js';
import { LongshoreCommand } from '../lib/cli/command.js';
import { completionScript, installHint, type Shell, SHELLS } from '../lib/cli/completion-scripts.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import type { Session } from '../lib/cli/session.js';
import { UsageError } from '../lib/cli/usage-error.js';

export default class Completion extends LongshoreCommand {
  static override summary = 'Print the script that completes verbs, flags and names in bash, zsh or fish';
  static override description =
    'At Tab the shell then offers verbs, flags and their values, and from the state clusters, hosts, families, task definitions and tasks. It asks no host.';
  static override usage = 'completion bash|zsh|fish';
  static override examples = [
    '<%= config.bin %> completion bash > ~/.local/share/bash-completion/completions/longshore',
    'eval "$(<%= config.bin %> completion zsh)"',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/longshore.fish',
  ];

  protected override readonly words = 'any';

  protected override async answer(session: Session): Promise<number> {
    const shell = shellOf(session.words.loose);
    session.progress.print(completionScript(shell));
    if (session.toPeople) session.progress.talk(`To have it in every shell, ${installHint(shell)}`);
    return EXIT.done;
  }
}

function shellOf(words: readonly string[]): Shell {
  const [word = '', another] = words;
  const shell = SHELLS.find((name) => name === word);
  if (shell !== undefined && another === undefined) return shell;
  const meant = nearestName(word, SHELLS);
  throw new UsageError(
    `completion takes one of ${SHELLS.join(', ')}${word === '' ? '' : `, not "${words.join(' ')}"`}`,
    meant && meant !== word ? `Did you mean ${meant}?` : undefined,
  );
}
