import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clusterExtras } from '../lib/cli/tables/cluster-table.js';

export default class UpdateClusterSettings extends operationCommand('UpdateClusterSettings') {
  static override examples = [
    '<%= config.bin %> update-cluster-settings --cluster default --settings name=containerInsights,value=disabled',
  ];

  protected override people({ cluster }: OperationOutput<'UpdateClusterSettings'>): string {
    return clusterExtras(cluster ?? {});
  }
}
