import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { isMeant, yesFlag } from '../lib/cli/confirm.js';
import { driveFlags, driveServices } from '../lib/cli/drive-service.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { count } from '../lib/api/count.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { moveTable } from '../lib/cli/tables/move-table.js';

export default class Rebalance extends operationCommand('Rebalance', { ...driveFlags, ...yesFlag }) {
  static override examples = [
    '<%= config.bin %> rebalance --dry-run',
    '<%= config.bin %> rebalance --service web --yes',
  ];

  protected override async carryOut(input: OperationInput<'Rebalance'>, session: Session): Promise<number> {
    const engine = await session.engine();
    const planned = await engine.call('Rebalance', { ...input, dryRun: true });
    const movable = planned.moves.filter(({ to }) => to !== undefined);
    if (input.dryRun || movable.length === 0) {
      await this.show(planned, session, input);
      return EXIT.done;
    }
    const question = () => {
      session.progress.talk(moveTable(planned.moves, session.terminal).trimEnd());
      return Promise.resolve(`Move ${count(movable.length, 'task')}?`);
    };
    if (!(await isMeant(session, question))) return EXIT.refused;
    const output = await engine.call('Rebalance', input);
    const names = [...new Set(output.moves.flatMap(({ serviceName }) => serviceName ?? []))];
    const services = names.map((serviceName) => ({ serviceName }));
    const { code } = await driveServices(services, input.cluster, session);
    await this.show(output, session, input);
    return code;
  }

  protected override people({ moves }: OperationOutput<'Rebalance'>, session: Session): string {
    return moves.length === 0 ? 'nothing to move\n' : moveTable(moves, session.terminal);
  }
}
