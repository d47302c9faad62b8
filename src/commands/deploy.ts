import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { driveFlags, driveService, serviceLine } from '../lib/cli/drive-service.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class Deploy extends operationCommand('DeployService', driveFlags) {
  static override examples = [
    '<%= config.bin %> deploy --service web --image web=registry.example/web:4',
    '<%= config.bin %> deploy --service web --image registry.example/web:4 --env LOG_LEVEL=debug --fail-fast',
    '<%= config.bin %> deploy --service web',
  ];

  protected override async carryOut(
    input: OperationInput<'DeployService'>,
    session: Session,
  ): Promise<number> {
    const deployed = await (await session.engine()).call('DeployService', input);
    const { service, code } = await driveService(deployed.service, input.cluster, session);
    await this.show({ ...deployed, ...(service && { service }) }, session, input);
    return code;
  }

  protected override people({ service }: OperationOutput<'DeployService'>, session: Session): string {
    return serviceLine(service, session.terminal);
  }
}
