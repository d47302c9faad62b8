import type { OperationInput } from '../lib/api/operations.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { switchFlag } from '../lib/cli/flag.js';
import { hostFlags } from '../lib/cli/host-options.js';
import { newCluster } from '../lib/cli/new-cluster.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { clusterTable } from '../lib/cli/tables/cluster-table.js';
import { instanceTable } from '../lib/cli/tables/instance-table.js';

const flags = {
  ...hostFlags,
  shared: switchFlag('Also take hosts that another cluster has, for both to use', { helpGroup: 'longshore' }),
};

export default class CreateCluster extends operationCommand('CreateCluster', flags) {
  static override description =
    'On a terminal, hosts that are not named are asked for, and each is tried as it is entered. --hosts without any makes a cluster without hosts. A cluster that is there already is the answer where it is as it is asked for, and refused where it is otherwise.';
  static override examples = [
    '<%= config.bin %> create-cluster --cluster-name default --hosts deploy@10.0.0.11 10.0.0.12 web3',
    '<%= config.bin %> create-cluster --hosts-file hosts.yaml',
    '<%= config.bin %> create-cluster --hosts unix:///var/run/docker.sock',
    '<%= config.bin %> create-cluster --hosts web1 web2 --network driver=macvlan,parent=eth0,subnet=10.0.0.0/24,range=10.0.0.128/25',
  ];

  protected override async carryOut(
    input: OperationInput<'CreateCluster'>,
    session: Session,
  ): Promise<number> {
    const { output, instances, failed } = await newCluster(input, session);
    if (!session.toPeople) await session.printAnswer(output, 'CreateCluster');
    else {
      const table = clusterTable([output.cluster ?? {}], session.terminal);
      const hosts = instances.length + failed === 0 ? '' : `\n${instanceTable(instances, session.terminal)}`;
      session.progress.print(`${table}${hosts}`);
    }
    return failed > 0 || session.progress.failedHosts.size > 0 ? EXIT.partly : EXIT.done;
  }
}
