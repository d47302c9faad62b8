import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { isMeantIfAsked, yesFlag } from '../lib/cli/confirm.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { describeInstances } from '../lib/cli/lookups.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { hostName } from '../lib/cli/tables/instance-table.js';

type Input = OperationInput<'DeregisterContainerInstance'>;

export default class DeregisterContainerInstance extends operationCommand(
  'DeregisterContainerInstance',
  yesFlag,
) {
  static override description =
    'With --force the tasks on the host go on running and are no longer watched. On a terminal it is asked first whether that is meant, unless --yes says so.';
  static override examples = [
    '<%= config.bin %> deregister-container-instance --container-instance web3',
    '<%= config.bin %> deregister-container-instance --container-instance web3 --force',
  ];

  protected override async carryOut(input: Input, session: Session): Promise<number> {
    if (input.force && !(await isMeantIfAsked(session, () => question(input, session)))) return EXIT.refused;
    return super.carryOut(input, session);
  }

  protected override people({ containerInstance }: OperationOutput<'DeregisterContainerInstance'>): string {
    return `Took ${containerInstance?.ec2InstanceId} out of the cluster.\n`;
  }
}

/** undefined where no task runs on the host. */
async function question(
  { cluster, containerInstance }: Input,
  session: Session,
): Promise<string | undefined> {
  const [instance] = await describeInstances(await session.engine(), cluster, [containerInstance], false);
  const tasks = (instance?.runningTasksCount ?? 0) + (instance?.pendingTasksCount ?? 0);
  if (tasks === 0) return undefined;
  const they = tasks === 1 ? 'Its task goes on running and is' : `Its ${tasks} tasks go on running and are`;
  return `Take ${hostName(instance)} out of the cluster ${cluster ?? 'default'}? ${they} no longer watched.`;
}
