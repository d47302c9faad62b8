import { LongshoreCommand } from '../../lib/cli/command.js';
import { EXIT } from '../../lib/cli/exit-codes.js';
import type { Session } from '../../lib/cli/session.js';

export default class StateExport extends LongshoreCommand {
  static override summary = 'Write the whole state as JSON';
  static override description =
    'Prints clusters, hosts, task definitions and tasks in one document, for a backup or another machine. It holds the environment values of definitions: keep it private.';
  static override examples = ['<%= config.bin %> state export > longshore-state.json'];

  protected override readonly operation = 'ExportState';

  protected override async answer(session: Session): Promise<number> {
    const { state } = await (await session.engine()).call('ExportState', {});
    session.progress.print(`${JSON.stringify(state, undefined, 1)}\n`);
    return EXIT.done;
  }
}
