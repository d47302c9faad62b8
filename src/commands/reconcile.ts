import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { notifierOf, notifyFlags } from '../lib/cli/notify.js';
import { describeClusters } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { count } from '../lib/api/count.js';
import { nameOf } from '../lib/cli/people-words.js';
import type { Session } from '../lib/cli/session.js';
import { reconcileTable } from '../lib/cli/tables/reconcile-table.js';

export default class Reconcile extends operationCommand('Reconcile', notifyFlags) {
  static override description =
    'One pass; with --watch it goes on until Ctrl-C or SIGTERM, following what the engines tell. --notify-command gets cluster, service, id, createdAt and message of each event of a service.';
  static override examples = [
    '<%= config.bin %> reconcile',
    '<%= config.bin %> reconcile --cluster default --watch',
    `<%= config.bin %> reconcile --watch --notify-command 'curl -s -d @- https://hooks.example/ops'`,
  ];

  protected override async carryOut(input: OperationInput<'Reconcile'>, session: Session): Promise<number> {
    const notifier = notifierOf(session);
    if (input.watch && !session.remote) await tellWatch(input.cluster, session);
    const code = await super.carryOut(input, session);
    await notifier?.end();
    return code;
  }

  protected override people({ clusters }: OperationOutput<'Reconcile'>, session: Session): string {
    return reconcileTable(clusters, session.terminal);
  }
}

/** What is watched, as the state has it: the hosts are looked at afterwards. */
async function tellWatch(cluster: string | undefined, session: Session): Promise<void> {
  const { progress } = session;
  progress.watching = true;
  const engine = await session.engine();
  const names =
    cluster === undefined ? ((await engine.call('ListClusters', {})).clusterArns ?? []) : [cluster];
  const clusters = (await describeClusters(engine, names)).filter(({ status }) => status === 'ACTIVE');
  const told = clusters.map(
    ({ clusterName, activeServicesCount = 0, registeredContainerInstancesCount = 0 }) =>
      `${nameOf(clusterName)}, ${activeServicesCount} on ${count(registeredContainerInstancesCount, 'host')}`,
  );
  progress.talk(`keeping the services of ${told.join('; ') || 'all clusters'}. Ctrl-C ends it`);
}
