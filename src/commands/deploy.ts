import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { EXIT } from '../lib/cli/exit-codes.js';
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
    const engine = await session.engine();
    const { taskDefinition: begun, ...deployed } = await engine.call('DeployService', input);
    const { service, code } = await driveService(deployed.service, input.cluster, session);
    // A revision whose deployment failed may be INACTIVE by now.
    const { taskDefinition = begun } =
      code === EXIT.refused && begun?.taskDefinitionArn !== undefined
        ? await engine.call('DescribeTaskDefinition', { taskDefinition: begun.taskDefinitionArn })
        : {};
    await this.show(
      { ...(taskDefinition && { taskDefinition }), ...(service && { service }) },
      session,
      input,
    );
    return code;
  }

  protected override people({ service }: OperationOutput<'DeployService'>, session: Session): string {
    return serviceLine(service, session.terminal);
  }
}
