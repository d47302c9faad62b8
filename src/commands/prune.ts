import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { isMeant, yesFlag } from '../lib/cli/confirm.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { pruneTable, pruneWords } from '../lib/cli/tables/prune-table.js';

type Input = OperationInput<'Prune'>;

export default class Prune extends operationCommand('Prune', yesFlag) {
  static override description =
    'Removes containers of tasks that stopped longer ago than LONGSHORE_TASK_CLEANUP_WAIT (3 hours), with volumes of their own, containers that never started, and images that tasks pulled and nothing uses (five of a host at a time). Records stay, with exit codes and the ends of logs. On a terminal it is asked first whether that is meant; elsewhere --yes says so.';
  static override examples = [
    '<%= config.bin %> prune --dry-run',
    '<%= config.bin %> prune --cluster default --all --images --yes',
  ];

  protected override async carryOut(input: Input, session: Session): Promise<number> {
    if (!input.dryRun && !(await isMeant(session, () => question(input, session)))) return EXIT.refused;
    return super.carryOut(input, session);
  }

  protected override people(output: OperationOutput<'Prune'>, session: Session): string {
    return pruneTable(output, session.terminal, session.now());
  }
}

/** undefined where there is nothing to remove. */
async function question(input: Input, session: Session): Promise<string | undefined> {
  const words = pruneWords(await (await session.engine()).call('Prune', { ...input, dryRun: true }));
  const logs = input.all ? ' The logs of these tasks go with them, but for their last lines.' : '';
  return words && `Remove ${words}?${logs}`;
}
