import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { driveFlags, driveService } from '../lib/cli/drive-service.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class DeleteService extends operationCommand('DeleteService', driveFlags) {
  static override examples = [
    '<%= config.bin %> delete-service --service web',
    '<%= config.bin %> delete-service --service web --force',
  ];

  protected override async carryOut(
    input: OperationInput<'DeleteService'>,
    session: Session,
  ): Promise<number> {
    const deleted = await (await session.engine()).call('DeleteService', input);
    const { service, code } = await driveService(deleted.service, input.cluster, session, 'INACTIVE');
    await this.show(service === undefined ? {} : { service }, session, input);
    return code;
  }

  protected override people({ service }: OperationOutput<'DeleteService'>): string {
    return `${service?.serviceName ?? ''}: ${service?.status === 'INACTIVE' ? 'deleted' : (service?.status ?? '')}\n`;
  }
}
