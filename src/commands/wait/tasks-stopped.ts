import { taskWaiter } from '../../lib/cli/task-waiter.js';

export default class WaitTasksStopped extends taskWaiter('STOPPED') {
  static override summary = 'Wait until tasks have stopped';
  static override examples = [
    '<%= config.bin %> wait tasks-stopped --tasks 1f2e3d4c 9a8b7c6d',
    '<%= config.bin %> wait tasks-stopped --cluster default --tasks 1f2e3d4c --timeout 2h',
  ];
}
