import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';

export default class DeleteCluster extends operationCommand('DeleteCluster') {
  static override examples = ['<%= config.bin %> delete-cluster --cluster staging'];

  protected override people({ cluster }: OperationOutput<'DeleteCluster'>): string {
    return `Deleted the cluster ${cluster?.clusterName}.\n`;
  }
}
