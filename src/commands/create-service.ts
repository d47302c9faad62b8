import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { driveFlags, driveService, serviceLine } from '../lib/cli/drive-service.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';

export default class CreateService extends operationCommand('CreateService', driveFlags) {
  static override examples = [
    '<%= config.bin %> create-service --service-name web --task-definition web --desired-count 3',
    '<%= config.bin %> create-service --cli-input-json file://service.json',
    '<%= config.bin %> create-service --service-name node-exporter --task-definition node-exporter --scheduling-strategy DAEMON',
  ];

  protected override async carryOut(
    input: OperationInput<'CreateService'>,
    session: Session,
  ): Promise<number> {
    const created = await (await session.engine()).call('CreateService', input);
    const { service, code } = await driveService(created.service, input.cluster, session);
    await this.show(service === undefined ? {} : { service }, session, input);
    return code;
  }

  protected override people({ service }: OperationOutput<'CreateService'>, session: Session): string {
    return serviceLine(service, session.terminal);
  }
}
