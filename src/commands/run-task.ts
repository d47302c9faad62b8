import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { tellLeft } from '../lib/cli/end-tasks.js';
import { tellFailures } from '../lib/cli/failures.js';
import { tasksForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { runFlags, waitOptions, withCommand } from '../lib/cli/run-options.js';
import type { Session } from '../lib/cli/session.js';
import { isPartial, startCode, tellFailedStarts } from '../lib/cli/start-outcome.js';
import { planForPeople } from '../lib/cli/tables/plan-table.js';
import { runAndWait } from '../lib/cli/task-wait.js';
import { UsageError } from '../lib/cli/usage-error.js';

type Input = OperationInput<'RunTask'>;
type Output = OperationOutput<'RunTask'>;

export default class RunTask extends operationCommand('RunTask', runFlags) {
  static override usage = 'run-task --task-definition <value> [flags] [-- command ...]';
  static override examples = [
    '<%= config.bin %> run-task --cluster default --task-definition f_producer:2 --count 3',
    '<%= config.bin %> run-task --task-definition app --wait --follow -- bin/migrate',
    '<%= config.bin %> run-task --task-definition app --count 5 --dry-run',
  ];

  protected override readonly words = 'command';

  protected override async carryOut(given: Input, session: Session): Promise<number> {
    const wait = waitOptions(session.words, given.cluster);
    if (wait && session.remote)
      throw new UsageError('--wait and --follow look at hosts, and an endpoint answers instead of them');
    if (wait) this.failureCode = EXIT.ours;
    session.progress.tellTasks = wait !== undefined || !session.toPeople;
    const engine = await session.engine();
    const input = await withCommand(given, session.words, engine);
    if (wait && !input.dryRun) {
      const { output, code } = await runAndWait(input, wait, session);
      // Under --follow stdout belongs to the logs.
      if (!wait.follow) await this.show(output, session, input);
      return code;
    }
    const output = await engine.call('RunTask', input);
    if (session.toPeople) tellFailures(output.failures, session);
    if (input.dryRun) return this.showPlan(output, session);
    if (session.interrupts.by !== undefined) tellLeft(output.tasks ?? [], input.cluster, session);
    await this.show(output, session, input);
    return startCode(output, session);
  }

  private async showPlan(output: Output, session: Session): Promise<number> {
    if (session.toPeople) session.progress.print(planForPeople(session.progress.plans, session.terminal));
    else await session.printAnswer(output, 'RunTask');
    if (!output.tasks?.length) return EXIT.nothingPlaced;
    return isPartial(output, session) ? EXIT.partly : EXIT.done;
  }

  protected override async people(
    { tasks = [] }: Output,
    session: Session,
    { cluster }: Input,
  ): Promise<string> {
    // Who waits was told of each task as it ended.
    if (!session.progress.tellTasks) tellFailedStarts(tasks, session);
    return tasks.length > 0 ? tasksForPeople(tasks, cluster, session) : '';
  }
}
