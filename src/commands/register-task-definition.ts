import type { OperationOutput } from '../lib/api/operations.js';
import { cleanTaskDefinition } from '../lib/api/task-definition-document.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { definitionSheet } from '../lib/cli/tables/definition-sheet.js';

export default class RegisterTaskDefinition extends operationCommand('RegisterTaskDefinition') {
  static override examples = [
    '<%= config.bin %> register-task-definition --cli-input-json file://taskdef.json',
    '<%= config.bin %> register-task-definition --generate-cli-skeleton > taskdef.json',
  ];

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

  protected override people(output: OperationOutput<'RegisterTaskDefinition'>, session: Session): string {
    return output.taskDefinition ? definitionSheet(output.taskDefinition, session.terminal, output.tags) : '';
  }
}
