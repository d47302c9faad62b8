import type { OperationInput } from '../lib/api/operations.js';
import { execDefaults, execFlags } from '../lib/cli/exec-options.js';
import { execute } from '../lib/cli/execution.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class ExecuteCommand extends operationCommand('ExecuteCommand', execFlags) {
  static override usage = 'execute-command --task <value> [flags] [-- command ...]';
  static override examples = [
    '<%= config.bin %> execute-command --task 1f2e3d4c --interactive --command "/bin/sh"',
    '<%= config.bin %> execute-command --task 1f2e3d4c --container app -- bin/migrate --dry-run',
    '<%= config.bin %> execute-command --task 1f2e3d4c -- sh -c "cat > /tmp/dump" < dump',
  ];

  protected override readonly words = 'command';
  /** Other codes are the command's own. */
  protected override failureCode = EXIT.ours;

  protected override defaults(session: Session): Record<string, unknown> {
    return execDefaults(session.words);
  }

  protected override carryOut(input: OperationInput<'ExecuteCommand'>, session: Session): Promise<number> {
    return execute(input, session);
  }
}
