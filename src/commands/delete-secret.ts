import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class DeleteSecret extends operationCommand('DeleteSecret') {
  static override examples = ['<%= config.bin %> delete-secret --name DB_URL'];

  protected override people({ secret }: OperationOutput<'DeleteSecret'>): string {
    return `The secret ${clean(secret.name)} is gone. Tasks that run keep what they were given.\n`;
  }
}
