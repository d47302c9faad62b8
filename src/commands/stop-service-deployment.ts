import type { OperationInput } from '../lib/api/operations.js';
import { driveFlags, driveService } from '../lib/cli/drive-service.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class StopServiceDeployment extends operationCommand('StopServiceDeployment', driveFlags) {
  static override examples = [
    '<%= config.bin %> stop-service-deployment --service-deployment-arn default/web/1234567890123456789',
    '<%= config.bin %> stop-service-deployment --service-deployment-arn default/web/1234567890123456789 --stop-type ABORT',
  ];

  protected override async carryOut(
    input: OperationInput<'StopServiceDeployment'>,
    session: Session,
  ): Promise<number> {
    const output = await (await session.engine()).call('StopServiceDeployment', input);
    const [cluster, serviceName] = (output.serviceDeploymentArn ?? '').split('/').slice(1);
    // What is left as it is needs nobody to drive it.
    const { code } =
      input.stopType === 'ABORT' || serviceName === undefined
        ? { code: EXIT.done }
        : await driveService({ serviceName }, cluster, session);
    await this.show(output, session, input);
    return code;
  }
}
