import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class DescribeCapacityProviders extends operationCommand('DescribeCapacityProviders') {
  static override description =
    'Hosts of your own need no capacity providers. FARGATE and FARGATE_SPOT, which every account of AWS has, are shown for tools that look for them; what asks for them runs on the hosts of the cluster.';
  static override examples = ['<%= config.bin %> describe-capacity-providers'];

  protected override people({
    capacityProviders = [],
    failures = [],
  }: OperationOutput<'DescribeCapacityProviders'>): string {
    const there = capacityProviders.map(({ name = '', status = '' }) => `${clean(name)}  ${status}\n`);
    const missing = failures.map(
      ({ arn = '', reason = '' }) => `${clean(arn.split('/').at(-1) ?? '')}  ${reason}\n`,
    );
    return [...there, ...missing].join('');
  }
}
