import { LongshoreCommand } from '../../lib/cli/command.js';
import { EXIT } from '../../lib/cli/exit-codes.js';
import type { Session } from '../../lib/cli/session.js';

export default class StatePath extends LongshoreCommand {
  static override summary = 'Print where the state is kept';
  static override examples = ['<%= config.bin %> state path'];

  protected override async answer(session: Session): Promise<number> {
    session.progress.print(`${session.statePath}\n`);
    return EXIT.done;
  }
}
