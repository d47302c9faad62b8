import { expect, it } from 'vitest';
import WaitInstanceDrained from '../../../src/commands/wait/instance-drained.js';
import { cluster, definition, idOf, type Kit } from '../engine/kit.js';
import { run } from './kit.js';

/** One host with a task of no service. */
async function busy(): Promise<Kit & { task: string }> {
  const made = await cluster(['web1', 'web2']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const where = {
    placementConstraints: [{ type: 'memberOf' as const, expression: 'ec2InstanceId == web1' }],
  };
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web', ...where });
  return { ...made, task: idOf(tasks[0]?.taskArn).slice(0, 8) };
}

const wait = ({ engine, events }: Kit, ...argv: string[]) => {
  events.length = 0;
  const openEngine = async () => ({ ...engine, close: async () => undefined });
  return run(WaitInstanceDrained, ['--container-instances', 'web1', 'web2', ...argv], {}, { openEngine });
};

it('a host with tasks that does not drain ends the wait at once, with the command that helps', async () => {
  const made = await busy();
  const ran = await wait(made, '--cluster', 'default', '--timeout', '600');
  const err =
    'Waiter InstanceDrained failed: web1 is ACTIVE, and its tasks stay; longshore update-container-instances-state --container-instances web1 --status DRAINING lets them go\n';
  expect(ran).toMatchObject({ code: 255, err });
});

it('an ACTIVE host without tasks is none to wait for', async () => {
  const made = await busy();
  await made.engine.call('UpdateContainerInstancesState', {
    containerInstances: ['web1'],
    status: 'DRAINING',
  });
  await made.engine.call('StopTask', { task: made.task });
  expect(await wait(made)).toMatchObject({ code: 0, err: '' });
});

it('who waits for tasks of no service is told of them at the beginning', async () => {
  const made = await busy();
  await made.engine.call('UpdateContainerInstancesState', {
    containerInstances: ['web1'],
    status: 'DRAINING',
  });
  const ran = await wait(made, '--timeout', '1');
  expect(made.events.find(({ type }) => type === 'note')).toEqual({
    type: 'note',
    message: `task ${made.task} is of no service, and waited for; longshore stop-task --cluster default --task ${made.task} ends it`,
  });
  const err = `Waiter InstanceDrained failed: 1 task left after 1 s; task ${made.task} is of no service: longshore stop-task --task ${made.task} ends it\n`;
  expect(ran).toMatchObject({ code: 255, err });
});
