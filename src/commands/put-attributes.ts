import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { attributesForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class PutAttributes extends operationCommand('PutAttributes') {
  static override examples = [
    '<%= config.bin %> put-attributes --attributes name=disk,value=ssd,targetId=web1 name=canary,targetId=web2',
  ];

  protected override people(
    { attributes = [] }: OperationOutput<'PutAttributes'>,
    session: Session,
    { cluster }: OperationInput<'PutAttributes'>,
  ): Promise<string> {
    return attributesForPeople(attributes, cluster, session);
  }
}
