import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { definitionTable } from '../lib/cli/tables/definition-table.js';

export default class ListTaskDefinitions extends operationCommand('ListTaskDefinitions') {
  static override examples = [
    '<%= config.bin %> list-task-definitions',
    '<%= config.bin %> list-task-definitions --family-prefix web --sort DESC --max-results 5',
  ];

  protected override people(output: OperationOutput<'ListTaskDefinitions'>, session: Session): string {
    return definitionTable(output.taskDefinitionArns ?? [], session.terminal);
  }
}
