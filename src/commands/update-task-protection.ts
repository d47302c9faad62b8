import { operationCommand } from '../lib/cli/operation-command.js';

export default class UpdateTaskProtection extends operationCommand('UpdateTaskProtection') {
  static override examples = [
    '<%= config.bin %> update-task-protection --cluster default --tasks 1f2e3d4c --protection-enabled --expires-in-minutes 60',
    '<%= config.bin %> update-task-protection --cluster default --tasks 1f2e3d4c --no-protection-enabled',
  ];
}
