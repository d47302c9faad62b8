import { operationCommand } from '../lib/cli/operation-command.js';

export default class DescribeServiceDeployments extends operationCommand('DescribeServiceDeployments') {
  static override examples = [
    '<%= config.bin %> describe-service-deployments --service-deployment-arns default/web/1234567890123456789',
  ];
}
