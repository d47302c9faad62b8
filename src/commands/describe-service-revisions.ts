import { operationCommand } from '../lib/cli/operation-command.js';

export default class DescribeServiceRevisions extends operationCommand('DescribeServiceRevisions') {
  static override examples = [
    '<%= config.bin %> describe-service-revisions --service-revision-arns default/web/1234567890123456789',
  ];
}
