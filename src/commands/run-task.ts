import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import type { Task } from '../lib/api/types.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { tellFailures } from '../lib/cli/failures.js';
import { tasksForPeople } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { nameOf } from '../lib/cli/people-words.js';
import { runFlags, waitOptions, withCommand } from '../lib/cli/run-options.js';
import type { Session } from '../lib/cli/session.js';
import { planForPeople } from '../lib/cli/tables/plan-table.js';
import { exitCodeOf } from '../lib/cli/task-exit.js';
import { clean } from '../lib/cli/terminal-text.js';
import { waitForTasks } from '../lib/cli/task-wait.js';

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
    if (wait) this.failureCode = EXIT.ours;
    session.progress.tellTasks = wait !== undefined || !session.toPeople;
    const engine = await session.engine();
    const input = await withCommand(given, session.words, engine);
    const output = await engine.call('RunTask', input);
    if (session.toPeople || wait) tellFailures(output.failures, session);
    if (input.dryRun) return this.showPlan(output, session);
    if (!output.tasks?.length) return this.finish(output, EXIT.nothingPlaced, session, input, wait?.follow);
    if (!wait) return this.finish(output, startCode(output, session), session, input);
    const { tasks, endedBy } = await waitForTasks(output.tasks, wait, session);
    const ended = { ...output, tasks: tasks.length > 0 ? tasks : output.tasks };
    const code = endedBy ?? (await exitCodeOf(tasks, engine));
    return this.finish(
      ended,
      code === 0 && output.failures?.length ? EXIT.partly : code,
      session,
      input,
      wait.follow,
    );
  }

  /** Under --follow stdout belongs to the logs. */
  private async finish(
    output: Output,
    code: number,
    session: Session,
    input: Input,
    quiet = false,
  ): Promise<number> {
    if (!quiet) await this.show(output, session, input);
    return code;
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
    for (const task of tasks.filter(failedToStart)) {
      session.progress.talk(
        `task ${nameOf(task.taskArn).slice(0, 8)} failed to start: ${clean(startFault(task))}`,
      );
    }
    return tasks.length > 0 ? tasksForPeople(tasks, cluster, session) : '';
  }
}

const failedToStart = (task: Task): boolean => task.stopCode === 'TaskFailedToStart';

const startFault = (task: Task): string =>
  task.containers?.find(({ reason }) => reason !== undefined)?.reason ??
  task.stoppedReason ??
  'no reason is known';

function startCode(output: Output, session: Session): number {
  const { tasks = [] } = output;
  const failed = tasks.filter(failedToStart).length;
  if (failed === tasks.length) return EXIT.refused;
  return failed > 0 || isPartial(output, session) ? EXIT.partly : EXIT.done;
}

/** Not all could be placed, or a host that was asked did not answer. */
const isPartial = ({ failures = [] }: Output, { progress }: Session): boolean =>
  failures.length > 0 || progress.failedHosts.size > 0;
