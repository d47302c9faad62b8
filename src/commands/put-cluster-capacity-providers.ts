import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class PutClusterCapacityProviders extends operationCommand('PutClusterCapacityProviders') {
  static override description =
    'Hosts of your own need no capacity providers: empty lists are taken, and FARGATE and FARGATE_SPOT with a warning, for tools that put them on each cluster. Others are refused, since they buy machines of AWS.';
  static override examples = [
    '<%= config.bin %> put-cluster-capacity-providers --cluster default --capacity-providers [] --default-capacity-provider-strategy []',
  ];

  protected override people({ cluster }: OperationOutput<'PutClusterCapacityProviders'>): string {
    return `${clean(cluster?.clusterName ?? '')} has no capacity providers: its own hosts run its tasks\n`;
  }
}
