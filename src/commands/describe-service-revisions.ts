import type { OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { revisionSheet } from '../lib/cli/tables/deployment-sheet.js';

export default class DescribeServiceRevisions extends operationCommand('DescribeServiceRevisions') {
  static override examples = [
    '<%= config.bin %> describe-service-revisions --service-revision-arns default/web/1234567890123456789',
  ];

  protected override people(
    { serviceRevisions = [], failures }: OperationOutput<'DescribeServiceRevisions'>,
    session: Session,
  ): string {
    tellFailures(failures, session);
    return serviceRevisions.map((one) => revisionSheet(one, session.terminal, session.now())).join('\n');
  }
}
