import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { checkJumps } from '../lib/cli/host-options.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { instanceTable } from '../lib/cli/tables/instance-table.js';

export default class RegisterContainerInstance extends operationCommand('RegisterContainerInstance') {
  static override examples = [
    '<%= config.bin %> register-container-instance --host deploy@10.0.0.11 --name web1 --zone a',
    '<%= config.bin %> register-container-instance --host unix:///var/run/docker.sock',
  ];

  protected override async carryOut(
    input: OperationInput<'RegisterContainerInstance'>,
    session: Session,
  ): Promise<number> {
    checkJumps(input.proxyJump);
    return super.carryOut(input, session);
  }

  protected override people(output: OperationOutput<'RegisterContainerInstance'>, session: Session): string {
    return instanceTable(output.containerInstance ? [output.containerInstance] : [], session.terminal);
  }
}
