import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';

export default class DeregisterTaskDefinition extends operationCommand('DeregisterTaskDefinition') {
  static override examples = ['<%= config.bin %> deregister-task-definition --task-definition web:3'];

  protected override people({ taskDefinition }: OperationOutput<'DeregisterTaskDefinition'>): string {
    return `${taskDefinition?.family}:${taskDefinition?.revision} is ${taskDefinition?.status}: what runs of it goes on.\n`;
  }
}
