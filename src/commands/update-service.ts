import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { driveFlags, driveService, serviceLine } from '../lib/cli/drive-service.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class UpdateService extends operationCommand('UpdateService', driveFlags) {
  static override examples = [
    '<%= config.bin %> update-service --service web --desired-count 5',
    '<%= config.bin %> update-service --service web --task-definition web:4 --fail-fast',
    '<%= config.bin %> update-service --service web --force-new-deployment --no-wait',
  ];

  protected override async carryOut(
    input: OperationInput<'UpdateService'>,
    session: Session,
  ): Promise<number> {
    const updated = await (await session.engine()).call('UpdateService', input);
    const { service, code } = await driveService(updated.service, input.cluster, session);
    await this.show(service === undefined ? {} : { service }, session, input);
    return code;
  }

  protected override people({ service }: OperationOutput<'UpdateService'>, session: Session): string {
    return serviceLine(service, session.terminal);
  }
}
