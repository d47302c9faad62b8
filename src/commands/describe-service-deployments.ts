import type { OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { deploymentSheet } from '../lib/cli/tables/deployment-sheet.js';

export default class DescribeServiceDeployments extends operationCommand('DescribeServiceDeployments') {
  static override examples = [
    '<%= config.bin %> describe-service-deployments --service-deployment-arns default/web/1234567890123456789',
  ];

  protected override people(
    { serviceDeployments = [], failures }: OperationOutput<'DescribeServiceDeployments'>,
    session: Session,
  ): string {
    tellFailures(failures, session);
    return serviceDeployments.map((one) => deploymentSheet(one, session.terminal, session.now())).join('\n');
  }
}
