import type { OperationOutput } from '../lib/api/operations.js';
import { definitionsOf } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { deploymentTable } from '../lib/cli/tables/deployment-table.js';

export default class ListServiceDeployments extends operationCommand('ListServiceDeployments') {
  static override examples = [
    '<%= config.bin %> list-service-deployments --service web',
    '<%= config.bin %> list-service-deployments --service web --status IN_PROGRESS',
  ];

  protected override async people(
    { serviceDeployments = [] }: OperationOutput<'ListServiceDeployments'>,
    session: Session,
  ): Promise<string> {
    const definitions = await definitionsOf(await session.engine(), serviceDeployments);
    return deploymentTable(serviceDeployments, session.terminal, session.now(), definitions);
  }
}
