import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { notifierOf, notifyFlags } from '../lib/cli/notify.js';
import { operationCommand } from '../lib/cli/operation-command.js';
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
    if (input.watch)
      session.progress.talk(`keeping the services of ${input.cluster ?? 'all clusters'}; Ctrl-C ends it`);
    const code = await super.carryOut(input, session);
    await notifier?.end();
    return code;
  }

  protected override people({ clusters }: OperationOutput<'Reconcile'>, session: Session): string {
    return reconcileTable(clusters, session.terminal);
  }
}
