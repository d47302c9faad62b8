import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { isMeant, yesFlag } from '../lib/cli/confirm.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { count } from '../lib/api/count.js';
import type { Session } from '../lib/cli/session.js';

type Input = OperationInput<'DeleteCluster'>;

export default class DeleteCluster extends operationCommand('DeleteCluster', yesFlag) {
  static override description =
    'With --force its tasks are stopped, their containers removed, and its hosts taken out; where a host does not answer, nothing is done. On a terminal it is asked first whether that is meant; elsewhere --yes says so.';
  static override examples = [
    '<%= config.bin %> delete-cluster --cluster staging',
    '<%= config.bin %> delete-cluster --cluster staging --force --yes',
  ];

  protected override async carryOut(input: Input, session: Session): Promise<number> {
    if (input.force && !(await isMeant(session, () => question(input, session)))) return EXIT.refused;
    return super.carryOut(input, session);
  }

  protected override people({ cluster }: OperationOutput<'DeleteCluster'>): string {
    return `Deleted the cluster ${cluster?.clusterName}.\n`;
  }
}

/** By what the hosts show; undefined where the cluster is empty. */
async function question({ cluster }: Input, session: Session): Promise<string | undefined> {
  const engine = await session.engine();
  await engine.call('ListTasks', { cluster });
  const { clusters } = await engine.call('DescribeClusters', { clusters: [cluster] });
  const found = clusters?.[0];
  const hosts = found?.registeredContainerInstancesCount ?? 0;
  const tasks = (found?.runningTasksCount ?? 0) + (found?.pendingTasksCount ?? 0);
  if (hosts === 0) return undefined;
  const stopped =
    tasks === 0 ? '' : ` ${count(tasks, 'task')} would be stopped, and their containers removed.`;
  return `Delete the cluster ${found?.clusterName} with its ${count(hosts, 'host')}?${stopped}`;
}
