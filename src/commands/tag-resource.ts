import type { OperationInput, OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { count } from '../lib/api/count.js';
import { nameOf } from '../lib/cli/people-words.js';
import type { Session } from '../lib/cli/session.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class TagResource extends operationCommand('TagResource') {
  static override examples = [
    '<%= config.bin %> tag-resource --resource-arn container-instance/default/web1 --tags key=rack,value=7',
    '<%= config.bin %> tag-resource --resource-arn arn:aws:ecs:local:000000000000:cluster/default --tags key=team,value=web',
  ];

  protected override people(
    _output: OperationOutput<'TagResource'>,
    _session: Session,
    { resourceArn, tags }: OperationInput<'TagResource'>,
  ): string {
    return `Put ${count(tags.length, 'tag')} on ${clean(nameOf(resourceArn))}.\n`;
  }
}
