import type { OperationInput } from '../lib/api/operations.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { switchFlag } from '../lib/cli/flag.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { screenOf } from '../lib/cli/top/layout.js';
import { showLive } from '../lib/cli/top/live.js';
import { figuresOf, modelOf } from '../lib/cli/top/model.js';
import { START } from '../lib/cli/top/state.js';

/** Ms between the two looks that tell how much CPU is used. */
const BETWEEN = 1000;

const flags = {
  once: switchFlag('Show it once, also on a terminal', { helpGroup: 'longshore' }),
};

export default class Top extends operationCommand('DescribeUsage', flags) {
  static override description =
    'On a terminal a live view: c, m, n, h and a sort the tasks by CPU, memory, name, host and age, / filters them, Enter opens the logs of the chosen one, q leaves. Off a terminal, or with --output, it shows once what there is, as JSON.';
  static override examples = [
    '<%= config.bin %> top',
    '<%= config.bin %> top --once',
    '<%= config.bin %> top --query "tasks[].{task: id, cpu: cpu}" --output table',
  ];

  protected override async carryOut(
    input: OperationInput<'DescribeUsage'>,
    session: Session,
  ): Promise<number> {
    const once = session.words.given.get('once') === true;
    if (session.toPeople && session.terminal.canAsk && !once) {
      await showLive(input, session);
      return EXIT.done;
    }
    const engine = await session.engine();
    const before = await engine.call('DescribeUsage', input);
    if (input.refresh !== false) await session.sleep(BETWEEN, session.interrupts.signal);
    const model = modelOf(await engine.call('DescribeUsage', input), figuresOf(before));
    if (!session.toPeople) await session.printAnswer(model, 'DescribeUsage');
    else {
      const { terminal } = session;
      const tall = { ...terminal, rows: () => 1000 };
      const { lines } = screenOf(model, START, tall, session.now());
      const full = lines.filter((line) => line !== '');
      session.progress.print(`${full.slice(0, -1).join('\n')}\n`);
    }
    return session.progress.failedHosts.size > 0 ? EXIT.partly : EXIT.done;
  }
}
