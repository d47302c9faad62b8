import type { OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { clusterExtras, clusterTable } from '../lib/cli/tables/cluster-table.js';

export default class DescribeClusters extends operationCommand('DescribeClusters') {
  static override examples = [
    '<%= config.bin %> describe-clusters --clusters default --include SETTINGS TAGS',
  ];

  protected override people(output: OperationOutput<'DescribeClusters'>, session: Session): string {
    const { clusters = [], failures = [] } = output;
    tellFailures(failures, session);
    if (clusters.length === 0 && failures.length > 0) return '';
    return `${clusterTable(clusters, session.terminal)}${clusters.map(clusterExtras).join('')}`;
  }
}
