import { expect, it } from 'vitest';
import { cluster, definition, type Kit } from '../kit.js';

/** Three tasks on web1, and web2 that has none. */
async function lopsided(): Promise<{ made: Kit; tasks: string[] }> {
  const made = await cluster(['web1', 'web2'], { settings: { healthyAfter: 100 } });
  const { engine } = made;
  const status = (to: 'ACTIVE' | 'DRAINING') =>
    engine.call('UpdateContainerInstancesState', { containerInstances: ['web2'], status: to });
  await status('DRAINING');
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 3 });
  await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  await status('ACTIVE');
  const { taskArns: tasks = [] } = await engine.call('ListTasks', { serviceName: 'web' });
  return { made, tasks };
}

const protect = ({ engine }: Kit, tasks: string[]) =>
  engine.call('UpdateTaskProtection', {
    cluster: 'default',
    tasks,
    protectionEnabled: true,
    expiresInMinutes: 60,
  });

it('moves tasks that are not protected', async () => {
  const { made, tasks } = await lopsided();
  await protect(made, tasks.slice(0, 2));
  const planned = await made.engine.call('Rebalance', { dryRun: true });
  expect(planned.moves).toEqual([{ taskArn: tasks[2], serviceName: 'web', from: 'web1', to: 'web2' }]);
  expect(await made.engine.call('Rebalance', {})).toEqual(planned);
});

it('says of protected tasks why they stay, and starts nothing beside them', async () => {
  const { made, tasks } = await lopsided();
  await protect(made, tasks);
  const { moves } = await made.engine.call('Rebalance', { dryRun: true });
  expect(moves).toEqual([
    {
      taskArn: expect.any(String),
      serviceName: 'web',
      from: 'web1',
      why: expect.stringMatching(/^it is protected until \d{4}-\d\d-\d\dT/),
    },
  ]);
  expect(await made.engine.call('Rebalance', {})).toEqual({ moves: [] });
  const { outcomes } = await made.engine.call('WaitServices', { services: ['web'], timeout: 30 });
  expect(outcomes).toMatchObject([{ state: 'STEADY' }]);
  const after = await made.engine.call('ListTasks', { serviceName: 'web' });
  expect(after.taskArns?.toSorted()).toEqual(tasks.toSorted());
});
