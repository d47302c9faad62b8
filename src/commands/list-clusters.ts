import type { OperationOutput } from '../lib/api/operations.js';
import { describeClusters } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { clusterTable } from '../lib/cli/tables/cluster-table.js';

export default class ListClusters extends operationCommand('ListClusters') {
  static override examples = ['<%= config.bin %> list-clusters'];

  protected override async people(
    output: OperationOutput<'ListClusters'>,
    session: Session,
  ): Promise<string> {
    const clusters = await describeClusters(await session.engine(), output.clusterArns ?? []);
    return clusterTable(clusters, session.terminal);
  }
}
