import { taskWaiter } from '../../lib/cli/task-waiter.js';

export default class WaitTasksRunning extends taskWaiter('RUNNING') {
  static override summary = 'Wait until tasks run';
  static override examples = ['<%= config.bin %> wait tasks-running --tasks 1f2e3d4c 9a8b7c6d'];
}
