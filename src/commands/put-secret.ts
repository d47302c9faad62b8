import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { checkNoValue, secretValue, valueFlags } from '../lib/cli/secret-value.js';
import type { Session } from '../lib/cli/session.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class PutSecret extends operationCommand('PutSecret', valueFlags) {
  static override description =
    'The value is encrypted with age and kept in the state; the key that opens it is in a file of its own. Tasks get it where their definition says valueFrom with this name. At a terminal it is asked for, unseen.';
  static override examples = [
    '<%= config.bin %> put-secret --name DB_URL',
    '<%= config.bin %> put-secret --name prod/db --value-file - < db-url.txt',
    '<%= config.bin %> put-secret --name tls-key --value-file server.key',
  ];

  protected override cleanDocument(document: unknown, source: string, session: Session) {
    return checkNoValue(super.cleanDocument(document, source, session));
  }

  protected override async carryOut(input: OperationInput<'PutSecret'>, session: Session): Promise<number> {
    return super.carryOut({ ...input, value: await secretValue(input.name, session) }, session);
  }

  protected override people({ secret }: OperationOutput<'PutSecret'>): string {
    return `The secret ${clean(secret.name)} is kept.\n`;
  }
}
