import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { nameOf } from '../lib/cli/people-words.js';
import type { Session } from '../lib/cli/session.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class UntagResource extends operationCommand('UntagResource') {
  static override examples = [
    '<%= config.bin %> untag-resource --resource-arn container-instance/default/web1 --tag-keys rack team',
  ];

  protected override people(
    _output: OperationOutput<'UntagResource'>,
    _session: Session,
    { resourceArn, tagKeys }: OperationInput<'UntagResource'>,
  ): string {
    return `${clean(`Took ${tagKeys.join(', ')} off ${nameOf(resourceArn)}`)}.\n`;
  }
}
