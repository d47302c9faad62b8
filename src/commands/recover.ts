import { LongshoreCommand } from '../lib/cli/command.js';
import { eachHost } from '../lib/cli/each-host.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { forOclif } from '../lib/cli/flag.js';
import { hostFlags, hostsOf } from '../lib/cli/host-options.js';
import type { Session } from '../lib/cli/session.js';
import { instanceTable } from '../lib/cli/tables/instance-table.js';
import { UsageError } from '../lib/cli/usage-error.js';

export default class Recover extends LongshoreCommand {
  static override summary = 'Rebuild the state from the hosts';
  static override description =
    'Brings clusters, hosts, running tasks and their definitions back from what the hosts carry. Done again it adds only what is missing.';
  static override flags = forOclif(hostFlags);
  static override examples = [
    '<%= config.bin %> recover --hosts deploy@10.0.0.11 10.0.0.12 web3',
    '<%= config.bin %> recover --hosts-file hosts.yaml',
  ];

  protected override readonly operation = 'Recover';

  protected override async answer(session: Session): Promise<number> {
    const hosts = await hostsOf(session.words);
    if (hosts.length === 0)
      throw new UsageError(
        'no hosts are named',
        'Name them: --hosts user@host ..., or --hosts-file hosts.yaml.',
      );
    const engine = await session.engine();
    const { done, failed } = await eachHost(hosts, session, ({ shared: _, ...host }) =>
      engine.call('Recover', host),
    );
    const clusterNames = [...new Set(done.flatMap((each) => each.clusterNames))].sort();
    const containerInstances = done.flatMap((each) => each.containerInstances);
    if (session.toPeople) session.progress.print(instanceTable(containerInstances, session.terminal));
    else await session.printAnswer({ clusterNames, containerInstances }, 'Recover');
    return failed > 0 || session.progress.failedHosts.size > 0 ? EXIT.partly : EXIT.done;
  }
}
