import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { endpointTable } from '../lib/cli/tables/endpoint-table.js';

export default class Endpoints extends operationCommand('DescribeEndpoints') {
  static override examples = [
    '<%= config.bin %> endpoints --service web',
    `<%= config.bin %> endpoints --service web --output text --query "endpoints[?healthy].join(':', [address, to_string(port)])"`,
  ];

  protected override people({ endpoints }: OperationOutput<'DescribeEndpoints'>, session: Session): string {
    return endpointTable(endpoints, session.terminal);
  }
}
