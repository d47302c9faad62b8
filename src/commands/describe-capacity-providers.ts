import { operationCommand } from '../lib/cli/operation-command.js';

export default class DescribeCapacityProviders extends operationCommand('DescribeCapacityProviders') {
  static override description =
    'Hosts of your own need no capacity providers. FARGATE and FARGATE_SPOT, which every account of AWS has, are shown for tools that look for them; what asks for them runs on the hosts of the cluster.';
  static override examples = ['<%= config.bin %> describe-capacity-providers'];
}
