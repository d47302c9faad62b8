import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { familyTable } from '../lib/cli/tables/definition-table.js';

export default class ListTaskDefinitionFamilies extends operationCommand('ListTaskDefinitionFamilies') {
  static override examples = [
    '<%= config.bin %> list-task-definition-families',
    '<%= config.bin %> list-task-definition-families --family-prefix web --status ACTIVE',
  ];

  protected override people(output: OperationOutput<'ListTaskDefinitionFamilies'>, session: Session): string {
    return familyTable(output.families ?? [], session.terminal);
  }
}
