import type { OperationOutput } from '../lib/api/operations.js';
import { operationCommand } from '../lib/cli/operation-command.js';
import { clean } from '../lib/cli/terminal-text.js';

export default class DeleteAccessKey extends operationCommand('DeleteAccessKey') {
  static override examples = ['<%= config.bin %> delete-access-key --access-key-id LSAKEXAMPLE'];

  protected override people({ accessKey }: OperationOutput<'DeleteAccessKey'>): string {
    return `The access key ${clean(accessKey.accessKeyId)} is gone: whoever has it is refused from now on.\n`;
  }
}
