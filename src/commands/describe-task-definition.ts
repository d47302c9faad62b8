import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { definitionSheet } from '../lib/cli/tables/definition-sheet.js';

export default class DescribeTaskDefinition extends operationCommand('DescribeTaskDefinition') {
  static override examples = [
    '<%= config.bin %> describe-task-definition --task-definition web',
    '<%= config.bin %> describe-task-definition --task-definition web:3 --output yaml',
  ];

  protected override people(output: OperationOutput<'DescribeTaskDefinition'>, session: Session): string {
    const { taskDefinition, tags } = output;
    return taskDefinition ? definitionSheet(taskDefinition, session.terminal, tags, session.now()) : '';
  }
}
