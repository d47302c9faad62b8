import { LongshoreCommand } from '../../lib/cli/command.js';
import { EXIT } from '../../lib/cli/exit-codes.js';
import { forOclif, switchFlag } from '../../lib/cli/flag.js';
import { count } from '../../lib/api/count.js';
import type { Session } from '../../lib/cli/session.js';
import { readStateDocument } from '../../lib/cli/state-document.js';

export default class StateImport extends LongshoreCommand {
  static override summary = 'Put an exported state in place';
  static override usage = 'state import <file> [flags]';
  static override flags = forOclif({ replace: switchFlag('Throw away what the state holds now') });
  static override examples = [
    '<%= config.bin %> state import longshore-state.json',
    '<%= config.bin %> state import --replace longshore-state.json',
  ];

  protected override readonly operation = 'ImportState';
  protected override readonly words = 'any';

  protected override async answer(session: Session): Promise<number> {
    const state = readStateDocument(session.words);
    const replace = session.words.given.get('replace') === true;
    const answer = await (await session.engine()).call('ImportState', { state, replace });
    if (session.toPeople) session.progress.print(`Put ${count(answer.records, 'record')} in place.\n`);
    else await session.printAnswer(answer, 'ImportState');
    return EXIT.done;
  }
}
