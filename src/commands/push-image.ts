import { LongshoreCommand } from '../lib/cli/command.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { type CliFlags, forOclif, listFlag, textFlag } from '../lib/cli/flag.js';
import type { Session } from '../lib/cli/session.js';
import { pushTable } from '../lib/cli/tables/push-table.js';
import { UsageError } from '../lib/cli/usage-error.js';
import { listOf, textOf } from '../lib/cli/words.js';

const flags: CliFlags = {
  images: listFlag('Names of images, which may also stand without this flag', { helpValue: '<name>...' }),
  cluster: textFlag('The cluster whose hosts get them (default: default)'),
  hosts: listFlag('Only these hosts of the cluster', { helpValue: '<host>...' }),
  from: textFlag(
    "Whose images: local, or a host (default: this machine's engine where it has the image, else a host that has it)",
    { helpValue: 'local|<host>' },
  ),
};

export default class PushImage extends LongshoreCommand {
  static override summary = 'Bring images to the hosts without a registry';
  static override description =
    'Sends images from an engine to the hosts of a cluster through this machine, without the layers that a host has already. Done again it sends nothing.';
  static override usage = 'push-image <image>... [flags]';
  static override flags = forOclif(flags);
  static override examples = [
    '<%= config.bin %> push-image web:2 --cluster default',
    '<%= config.bin %> push-image web:2 worker:2 --hosts web1 web2',
    '<%= config.bin %> push-image web:2 --from web1',
  ];

  protected override readonly operation = 'PushImage';
  protected override readonly words = 'any';

  protected override async answer(session: Session): Promise<number> {
    const { words } = session;
    const images = [...words.loose, ...(listOf(words, 'images') ?? []), ...(words.passed ?? [])];
    if (images.length === 0)
      throw new UsageError('no image is named', 'Name it: longshore push-image NAME:TAG.');
    const engine = await session.engine();
    const pushed = await engine.call('PushImage', {
      images,
      cluster: textOf(words, 'cluster'),
      hosts: listOf(words, 'hosts'),
      from: textOf(words, 'from'),
    });
    if (session.toPeople) session.progress.print(pushTable(pushed, session.terminal));
    else await session.printAnswer(pushed, 'PushImage');
    return session.progress.failedHosts.size > 0 ? EXIT.partly : EXIT.done;
  }
}
