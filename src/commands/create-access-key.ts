import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class CreateAccessKey extends operationCommand('CreateAccessKey') {
  static override description =
    'Requests to longshore serve over TCP are signed with it, as those to AWS are. read may look; run may run tasks and change services and task definitions, which makes it as mighty as root on the hosts; admin may do everything. The secret is in this answer only: the state keeps it encrypted.';
  static override examples = [
    '<%= config.bin %> create-access-key --scope run --description ci',
    '<%= config.bin %> create-access-key --query "accessKey.[accessKeyId,secretAccessKey]" --output text',
  ];

  protected override people({ accessKey }: OperationOutput<'CreateAccessKey'>): string {
    return [
      `AWS_ACCESS_KEY_ID=${clean(accessKey.accessKeyId)}`,
      `AWS_SECRET_ACCESS_KEY=${clean(accessKey.secretAccessKey)}`,
      '',
      `The secret is shown this once. The key's scope is ${accessKey.scope}.`,
      '',
    ].join('\n');
  }
}
