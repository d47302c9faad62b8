import type { OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { serviceForPeople } from '../lib/cli/service-view.js';
import type { Session } from '../lib/cli/session.js';

export default class DescribeServices extends operationCommand('DescribeServices') {
  static override examples = [
    '<%= config.bin %> describe-services --services web api',
    '<%= config.bin %> describe-services --services web --query "services[0].deployments"',
  ];

  protected override async people(
    { services = [], failures }: OperationOutput<'DescribeServices'>,
    session: Session,
  ): Promise<string> {
    tellFailures(failures, session);
    const shown = await Promise.all(services.map((service) => serviceForPeople(service, session)));
    return shown.join('\n');
  }
}
