import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { attributesForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class ListAttributes extends operationCommand('ListAttributes') {
  static override examples = [
    '<%= config.bin %> list-attributes --target-type container-instance --attribute-name disk',
    '<%= config.bin %> list-attributes --target-type container-instance --attribute-name ecs.os-type --attribute-value linux',
  ];

  protected override async people(
    { attributes = [] }: OperationOutput<'ListAttributes'>,
    session: Session,
    { cluster }: OperationInput<'ListAttributes'>,
  ): Promise<string> {
    if (attributes.length > 0) return attributesForPeople(attributes, cluster, session);
    return `No host of the cluster ${cluster ?? 'default'} has such an attribute.\n`;
  }
}
