import { expect, it } from 'vitest';
import { HostError } from '../../../../src/lib/hosts/host-error.js';
import { useFastTime } from '../../../fakes/fake-time.js';
import { cluster, definition, hostOf } from '../kit.js';

useFastTime();

/** A deployment that is to end at its first failed task, and whose first one is lost to its host in this way. */
async function deployed(kind: 'timeout' | 'lost') {
  const made = await cluster(['web1'], { settings: { healthyAfter: 100 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 1,
    failFast: true,
  });
  hostOf(made, 'web1').failNext('startContainer', new HostError('web1', kind, 'web1: broke', 'mend it'));
  const { outcomes, services } = await engine.call('WaitServices', { services: ['web'], timeout: 30 });
  const { taskArns = [] } = await engine.call('ListTasks', { desiredStatus: 'STOPPED' });
  const { tasks } = await engine.call('DescribeTasks', { tasks: taskArns });
  return { outcome: outcomes[0], deployment: services[0]?.deployments?.[0], ended: tasks };
}

const broke = [{ stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start: web1: broke' }];

it('a start that its host, which is there, does not bring about counts as a failed task', async () => {
  const { outcome, deployment, ended } = await deployed('timeout');
  expect(ended).toMatchObject(broke);
  expect(outcome).toMatchObject({ state: 'FAILED' });
  expect(deployment).toMatchObject({ rolloutState: 'FAILED', failedTasks: 1 });
});

it('a start that is lost with the connection to its host does not, and is tried again', async () => {
  const { outcome, deployment, ended } = await deployed('lost');
  expect(ended).toMatchObject(broke);
  expect(outcome).toMatchObject({ state: 'STEADY' });
  expect(deployment).toMatchObject({ rolloutState: 'COMPLETED', runningCount: 1, failedTasks: 0 });
});
