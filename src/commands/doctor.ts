import { LongshoreCommand } from '../lib/cli/command.js';
import { type CliFlags, forOclif, listFlag, switchFlag, textFlag } from '../lib/cli/flag.js';
import { hostFlags, type HostInput, hostsOf } from '../lib/cli/host-options.js';
import type { Session } from '../lib/cli/session.js';
import { doctorExit, doctorReport } from '../lib/cli/tables/doctor-report.js';
import { listOf, textOf } from '../lib/cli/words.js';

const flags: CliFlags = {
  ...hostFlags,
  cluster: textFlag('The cluster whose hosts are examined (default: default)'),
  hosts: listFlag('Only these: names of hosts of the cluster, or addresses of any', {
    helpValue: '<host>...',
  }),
  // Exact, so that it isn't taken for the beginning of two flags.
  host: listFlag('The same as --hosts', { hidden: true }),
  all: switchFlag('Say in words also what is well'),
};

export default class Doctor extends LongshoreCommand {
  static override summary = 'Examine hosts and this machine, and say what to mend';
  static override description =
    'Looks at SSH, Docker, disk, clock, memory limits, logs, firewall and marker of each host, and changes nothing. The exit code is 0 where nothing has failed, 1 where something has, 3 where a host could not be reached.';
  static override flags = forOclif(flags);
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --hosts web1 deploy@10.0.0.14 --all',
    '<%= config.bin %> doctor --hosts-file hosts.yaml --output json',
  ];

  protected override readonly operation = 'Doctor';

  protected override async answer(session: Session): Promise<number> {
    const cluster = textOf(session.words, 'cluster');
    const also = (listOf(session.words, 'host') ?? []).map((host) => ({ host }));
    const hosts = [...also, ...(await hostsOf(session.words))].map(asked);
    const engine = await session.engine({ evenWithoutState: true });
    const found = await engine.call('Doctor', { cluster, ...(hosts.length > 0 && { hosts }) });
    if (session.toPeople)
      session.progress.print(doctorReport(found, session.terminal, session.words.given.get('all') === true));
    else await session.printAnswer(found, 'Doctor');
    return doctorExit(found);
  }
}

/** What examining takes of what may be said of a host. */
const asked = ({ host, name, identityFile, proxyJump }: HostInput) => ({
  host,
  name,
  identityFile,
  proxyJump,
});
