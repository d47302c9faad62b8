import { operationCommand } from '../lib/cli/operation-command.js';

export default class UpdateContainerAgent extends operationCommand('UpdateContainerAgent') {
  static override examples = ['<%= config.bin %> update-container-agent --container-instance web1'];
}
