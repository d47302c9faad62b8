import type { OperationInput } from '../lib/api/operations.js';
import { driveFlags, driveService } from '../lib/cli/drive-service.js';
import { EXIT } from '../lib/cli/exit-codes.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { tellHalted } from '../lib/cli/tell-halted.js';

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
    if (serviceName === undefined || input.stopType === 'ABORT') {
      // What is left as it is needs nobody to drive it.
      await this.show(output, session, input);
      if (serviceName !== undefined) await tellHalted(cluster, serviceName, session);
      return EXIT.done;
    }
    const { code } = await driveService({ serviceName }, cluster, session);
    await this.show(output, session, input);
    return code;
  }
}
