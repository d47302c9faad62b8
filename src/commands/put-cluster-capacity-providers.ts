import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class PutClusterCapacityProviders extends operationCommand('PutClusterCapacityProviders') {
  static override description =
    'Hosts of your own need no capacity providers. FARGATE and FARGATE_SPOT are kept and shown, with a warning, for tools that put them on each cluster and look for them again; empty lists take them away. Others are refused, since they buy machines of AWS.';
  static override examples = [
    '<%= config.bin %> put-cluster-capacity-providers --cluster default --capacity-providers [] --default-capacity-provider-strategy []',
  ];

  protected override people({ cluster }: OperationOutput<'PutClusterCapacityProviders'>): string {
    const { clusterName = '', capacityProviders = [] } = cluster ?? {};
    const shown = capacityProviders.length === 0 ? 'no capacity providers' : capacityProviders.join(' and ');
    return `${clean(clusterName)} has ${clean(shown)}: its own hosts run its tasks\n`;
  }
}
