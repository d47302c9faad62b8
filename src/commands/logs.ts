import { LongshoreCommand } from '../lib/cli/command.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { forOclif } from '../lib/cli/flag.js';
import { logFlags, logRequest } from '../lib/cli/log-options.js';
import { followLogs } from '../lib/cli/log-lines.js';
import type { Session } from '../lib/cli/session.js';

export default class Logs extends LongshoreCommand {
  static override summary = 'Print what tasks write to stdout and stderr';
  static override flags = forOclif(logFlags);
  static override examples = [
    '<%= config.bin %> logs --task 1f2e3d4c --follow',
    '<%= config.bin %> logs --tasks 1f2e3d4c 9a8b7c6d --since 10m --timestamps',
    '<%= config.bin %> logs --family web --follow --tail 20',
    '<%= config.bin %> logs --log-group /ecs/web --follow',
    `<%= config.bin %> logs --since 1h --filter-pattern '?ERROR ?"timed out" -healthcheck'`,
  ];

  protected override async answer(session: Session): Promise<number> {
    const request = logRequest(session.words, session.now());
    await followLogs(await session.engine(), request, session);
    return session.progress.failedHosts.size > 0 ? EXIT.partly : EXIT.done;
  }
}
