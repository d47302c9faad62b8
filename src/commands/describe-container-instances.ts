import type { OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { instanceSheet } from '../lib/cli/tables/instance-sheet.js';

export default class DescribeContainerInstances extends operationCommand('DescribeContainerInstances') {
  static override examples = [
    '<%= config.bin %> describe-container-instances --container-instances web1 web2',
  ];

  protected override people(output: OperationOutput<'DescribeContainerInstances'>, session: Session): string {
    tellFailures(output.failures, session);
    return (output.containerInstances ?? [])
      .map((instance) => instanceSheet(instance, session.terminal, session.now()))
      .join('\n');
  }
}
