import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { describeServices } from '../lib/cli/lookups.js';
import type { Session } from '../lib/cli/session.js';
import { serviceTable } from '../lib/cli/tables/service-table.js';

export default class ListServices extends operationCommand('ListServices') {
  static override examples = [
    '<%= config.bin %> list-services',
    '<%= config.bin %> list-services --cluster default --scheduling-strategy DAEMON',
  ];

  protected override async people(
    { serviceArns = [] }: OperationOutput<'ListServices'>,
    session: Session,
    { cluster }: OperationInput<'ListServices'>,
  ): Promise<string> {
    if (serviceArns.length === 0) return '';
    const services = await describeServices(await session.engine(), cluster, serviceArns);
    return serviceTable(services, session.terminal, session.now());
  }
}
