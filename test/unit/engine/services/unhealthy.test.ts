import { expect, it } from 'vitest';
import { cluster, definition, hostOf, records } from '../kit.js';

const settings = { healthyAfter: 50 };
const healthCheck = { command: ['CMD-SHELL', 'echo db refused; exit 1'] };

it('a task with a health check counts as healthy when that says so, and not for having run', async () => {
  const { engine, store } = await cluster(['web1'], { settings });
  await engine.call('RegisterTaskDefinition', definition('web', { healthCheck }));
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
  // Its engine has told nothing of its health so far.
  const { outcomes } = await engine.call('WaitServices', { services: ['web'], timeout: 1 });
  expect(outcomes).toMatchObject([{ state: 'UNDER_WAY' }]);
  const [task] = await records(store);
  expect(task).toMatchObject({ lastStatus: 'RUNNING', containers: [{ healthStatus: 'UNKNOWN' }] });
});

it('what was replaced as unhealthy is told of with what its check wrote, and not with how it took the stop', async () => {
  const made = await cluster(['web1'], { settings });
  const { engine } = made;
  const host = hostOf(made, 'web1');
  await engine.call('RegisterTaskDefinition', definition('web', { healthCheck }));
  await engine.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 1,
    failFast: true,
  });
  const waiting = engine.call('WaitServices', { services: ['web'], timeout: 20 });
  const running = () => [...host.containers.values()].find(({ status }) => status === 'running');
  await expect.poll(running, { timeout: 5000 }).toBeDefined();
  const container = running();
  if (container) container.checks = [{ end: 0, exitCode: 1, output: 'db refused\n' }];
  host.setHealth(container?.id ?? '', 'unhealthy');
  const { outcomes } = await waiting;
  expect(outcomes).toMatchObject([
    {
      state: 'FAILED',
      failedTasks: [
        {
          stopCode: 'ServiceSchedulerInitiated',
          stoppedReason: 'Task failed container health checks',
          containers: [{ reason: 'Health check failed: exit code 1: db refused' }],
        },
      ],
    },
  ]);
});
