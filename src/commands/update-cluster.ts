import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clusterExtras } from '../lib/cli/tables/cluster-table.js';

export default class UpdateCluster extends operationCommand('UpdateCluster') {
  static override examples = [
    '<%= config.bin %> update-cluster --cluster default --settings name=containerInsights,value=enabled',
    '<%= config.bin %> update-cluster --cluster default --network driver=bridge',
  ];

  protected override people({ cluster }: OperationOutput<'UpdateCluster'>): string {
    return clusterExtras(cluster ?? {});
  }
}
