import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { attributesForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class DeleteAttributes extends operationCommand('DeleteAttributes') {
  static override examples = ['<%= config.bin %> delete-attributes --attributes name=disk,targetId=web1'];

  protected override async people(
    { attributes = [] }: OperationOutput<'DeleteAttributes'>,
    session: Session,
    { cluster }: OperationInput<'DeleteAttributes'>,
  ): Promise<string> {
    if (attributes.length === 0) return 'There were no such attributes.\n';
    return `Taken off:\n${await attributesForPeople(attributes, cluster, session)}`;
  }
}
