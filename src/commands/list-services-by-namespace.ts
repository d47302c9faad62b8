import { operationCommand } from '../lib/cli/operation-command.js';

export default class ListServicesByNamespace extends operationCommand('ListServicesByNamespace') {
  static override description =
    'A namespace is what serviceConnectConfiguration of a service names; nothing is discovered by it here.';
  static override examples = ['<%= config.bin %> list-services-by-namespace --namespace internal'];
}
