import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import type { Session } from '../lib/cli/session.js';
import { tagTable } from '../lib/cli/tables/tag-table.js';

export default class ListTagsForResource extends operationCommand('ListTagsForResource') {
  static override examples = [
    '<%= config.bin %> list-tags-for-resource --resource-arn task-definition/web:3',
    '<%= config.bin %> list-tags-for-resource --resource-arn task/default/1f2e3d4c',
  ];

  protected override people({ tags }: OperationOutput<'ListTagsForResource'>, session: Session): string {
    return tagTable(tags ?? [], session.terminal);
  }
}
