import type { OperationOutput } from '../lib/api/operations.js';
import type { AccessScope } from '../lib/api/access.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { clean } from '../lib/cli/terminal-text.js';

type Output = OperationOutput<'CreateAccessKey'>;

const MAY: Record<AccessScope, string> = {
  read: 'it may look, and change nothing; --scope run makes one that deploys, --scope admin one that does everything',
  run: 'it may run tasks, and change services and task definitions, which makes it as mighty as root on the hosts',
  admin: 'it may do everything',
};

export default class CreateAccessKey extends operationCommand('CreateAccessKey') {
  static override description =
    'Requests to longshore serve over TCP are signed with it, as those to AWS are. read, the default, may look; run may run tasks and change services and task definitions, which makes it as mighty as root on the hosts; admin may do everything. The secret is in this answer only: the state keeps it encrypted.';
  static override examples = [
    '<%= config.bin %> create-access-key --scope run --description ci',
    '<%= config.bin %> create-access-key --scope read --query "accessKey.[accessKeyId,secretAccessKey]" --output text',
  ];

  /** Who gives no scope and sees no table has to hear what the key is good for. */
  protected override async show(output: Output, session: Session, input: { scope?: string }): Promise<void> {
    await super.show(output, session, input);
    if (!session.toPeople && input.scope === undefined)
      session.progress.onEvent({ type: 'note', message: whatFor(output) });
  }

  protected override people(output: Output): string {
    const { accessKeyId, secretAccessKey } = output.accessKey;
    return [
      `AWS_ACCESS_KEY_ID=${clean(accessKeyId)}`,
      `AWS_SECRET_ACCESS_KEY=${clean(secretAccessKey)}`,
      '',
      `The secret is shown this once. ${whatFor(output)}.`,
      '',
    ].join('\n');
  }
}

const whatFor = ({ accessKey: { scope } }: Output): string => `The key's scope is ${scope}: ${MAY[scope]}`;
