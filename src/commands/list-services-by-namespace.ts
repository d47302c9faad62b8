import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class ListServicesByNamespace extends operationCommand('ListServicesByNamespace') {
  static override description =
    'A namespace is what serviceConnectConfiguration of a service names; nothing is discovered by it here.';
  static override examples = ['<%= config.bin %> list-services-by-namespace --namespace internal'];

  protected override people({ serviceArns = [] }: OperationOutput<'ListServicesByNamespace'>): string {
    return serviceArns.map((arn) => `${clean(arn.split('/').slice(-2).join('/'))}\n`).join('');
  }
}
