import { operationCommand } from '../lib/cli/operation-command.js';

export default class GetTaskProtection extends operationCommand('GetTaskProtection') {
  static override examples = ['<%= config.bin %> get-task-protection --cluster default --tasks 1f2e3d4c'];
}
