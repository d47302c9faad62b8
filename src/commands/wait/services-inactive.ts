import { serviceWaiter } from '../../lib/cli/service-waiter.js';

export default class WaitServicesInactive extends serviceWaiter('INACTIVE') {
  static override summary = 'Wait until services are deleted, and see to it';
  static override examples = ['<%= config.bin %> wait services-inactive --services web'];
}
