import type { OperationInput } from '../lib/api/operations.js';
import { eachHost } from '../lib/cli/each-host.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { switchFlag } from '../lib/cli/flag.js';
import { hostFlags, hostsOf } from '../lib/cli/host-options.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { clusterTable } from '../lib/cli/tables/cluster-table.js';
import { instanceTable } from '../lib/cli/tables/instance-table.js';

const flags = {
  ...hostFlags,
  shared: switchFlag('Also take hosts that another cluster has, for both to use', { helpGroup: 'longshore' }),
};

export default class CreateCluster extends operationCommand('CreateCluster', flags) {
  static override examples = [
    '<%= config.bin %> create-cluster --cluster-name default --hosts deploy@10.0.0.11 10.0.0.12 web3',
    '<%= config.bin %> create-cluster --hosts-file hosts.yaml',
    '<%= config.bin %> create-cluster --hosts unix:///var/run/docker.sock',
  ];

  protected override async carryOut(
    input: OperationInput<'CreateCluster'>,
    session: Session,
  ): Promise<number> {
    const hosts = await hostsOf(session.words);
    const shared = session.words.given.get('shared') === true ? { shared: true } : {};
    const engine = await session.engine();
    const created = await engine.call('CreateCluster', input);
    const cluster = created.cluster?.clusterName;
    const { done, failed } = await eachHost(hosts, session, async (host) => {
      const { containerInstance } = await engine.call('RegisterContainerInstance', {
        ...host,
        ...shared,
        cluster,
      });
      return containerInstance ?? {};
    });
    // Creating it again changes nothing, and gives it as it is with these hosts.
    const answer =
      hosts.length === 0 ? created : await engine.call('CreateCluster', { clusterName: cluster });
    if (!session.toPeople) await session.printAnswer(answer, 'CreateCluster');
    else {
      const table = clusterTable([answer.cluster ?? {}], session.terminal);
      const instances = hosts.length === 0 ? '' : `\n${instanceTable(done, session.terminal)}`;
      session.progress.print(`${table}${instances}`);
    }
    return failed > 0 || session.progress.failedHosts.size > 0 ? EXIT.partly : EXIT.done;
  }
}
