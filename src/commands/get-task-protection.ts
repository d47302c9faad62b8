import type { OperationOutput } from '../lib/api/operations.js';
import { tellFailures } from '../lib/cli/failures.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { protectionTable } from '../lib/cli/tables/protection-table.js';

export default class GetTaskProtection extends operationCommand('GetTaskProtection') {
  static override examples = ['<%= config.bin %> get-task-protection --cluster default --tasks 1f2e3d4c'];

  protected override people(
    { protectedTasks = [], failures }: OperationOutput<'GetTaskProtection'>,
    session: Session,
  ): string {
    tellFailures(failures, session);
    return failures?.length && protectedTasks.length === 0
      ? ''
      : protectionTable(protectedTasks, session.terminal);
  }
}
