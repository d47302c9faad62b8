import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { secretTable } from '../lib/cli/tables/secret-table.js';

export default class ListSecrets extends operationCommand('ListSecrets') {
  static override examples = [
    '<%= config.bin %> list-secrets',
    '<%= config.bin %> list-secrets --query "secrets[].name" --output text',
  ];

  protected override people({ secrets }: OperationOutput<'ListSecrets'>, session: Session): string {
    return secretTable(secrets, session.terminal, session.now());
  }
}
