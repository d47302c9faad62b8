import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { describeInstances } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { instanceTable } from '../lib/cli/tables/instance-table.js';

export default class ListContainerInstances extends operationCommand('ListContainerInstances') {
  static override examples = [
    '<%= config.bin %> list-container-instances --cluster default',
    '<%= config.bin %> list-container-instances --filter "attribute:ecs.availability-zone == a"',
  ];

  protected override async people(
    output: OperationOutput<'ListContainerInstances'>,
    session: Session,
    { cluster }: OperationInput<'ListContainerInstances'>,
  ): Promise<string> {
    const engine = await session.engine();
    const instances = await describeInstances(engine, cluster, output.containerInstanceArns ?? [], true);
    return instanceTable(instances, session.terminal);
  }
}
