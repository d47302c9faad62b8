import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';

export default class DeregisterContainerInstance extends operationCommand('DeregisterContainerInstance') {
  static override examples = ['<%= config.bin %> deregister-container-instance --container-instance web3'];

  protected override people({ containerInstance }: OperationOutput<'DeregisterContainerInstance'>): string {
    return `Took ${containerInstance?.ec2InstanceId} out of the cluster.\n`;
  }
}
