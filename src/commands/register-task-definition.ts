import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { cleanTaskDefinition } from '../lib/api/task-definition-document.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { couldRunTable } from '../lib/cli/tables/could-run-table.js';
import { definitionSheet } from '../lib/cli/tables/definition-sheet.js';

type Input = OperationInput<'RegisterTaskDefinition'>;
type Output = OperationOutput<'RegisterTaskDefinition'>;

export default class RegisterTaskDefinition extends operationCommand('RegisterTaskDefinition') {
  static override examples = [
    '<%= config.bin %> register-task-definition --cli-input-json file://taskdef.json',
    '<%= config.bin %> register-task-definition --cli-input-json file://taskdef.json --dry-run',
    '<%= config.bin %> register-task-definition --generate-cli-skeleton > taskdef.json',
  ];

  protected override async carryOut(input: Input, session: Session): Promise<number> {
    const output = await (await session.engine()).call('RegisterTaskDefinition', input);
    await this.show(output, session, input);
    if (!output.dryRun) return EXIT.done;
    const { hosts } = output;
    if (hosts === undefined)
      session.progress.onEvent({ type: 'note', message: 'no cluster was looked at: --cluster names one' });
    if (hosts?.every(({ canRun }) => canRun === 'NO')) return EXIT.nothingPlaced;
    return session.progress.failedHosts.size > 0 ? EXIT.partly : EXIT.done;
  }

  /** A pasted `describe` answer is taken too. */
  protected override cleanDocument(
    document: unknown,
    source: string,
    session: Session,
  ): Record<string, unknown> {
    const { input, notes } = cleanTaskDefinition(document, source);
    for (const message of notes) session.progress.onEvent({ type: 'note', message });
    return input;
  }

  protected override people(output: Output, { terminal }: Session): string {
    const { taskDefinition, tags, dryRun, hosts, clusterName = '' } = output;
    const definition = taskDefinition ? definitionSheet(taskDefinition, terminal, tags) : '';
    const table = hosts === undefined ? '' : `\n${couldRunTable(hosts, clusterName, terminal)}`;
    return `${definition}${table}${dryRun ? '\nIt can be registered. Nothing was changed.\n' : ''}`;
  }
}
