import { serviceWaiter } from '../../lib/cli/service-waiter.js';

export default class WaitServicesStable extends serviceWaiter('STABLE') {
  static override summary = 'Wait until services have the tasks that they are to have, and see to it';
  static override examples = ['<%= config.bin %> wait services-stable --services web api'];
}
