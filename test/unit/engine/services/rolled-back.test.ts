import { expect, it } from 'vitest';
import { cluster, definition, records } from '../kit.js';

it('what a deployment that trips is rolled back to starts as it is defined, though all of it had stopped', async () => {
  const { engine, store } = await cluster(['web1'], { settings: { healthyAfter: 50 } });
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('RegisterTaskDefinition', definition('web', { image: 'nosuch:1' }));
  const wait = () => engine.call('WaitServices', { services: ['web'], timeout: 30 });
  await engine.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web:1',
    desiredCount: 3,
    deploymentConfiguration: {
      minimumHealthyPercent: 0,
      maximumPercent: 100,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    },
  });
  await wait();
  const before = (await engine.call('DescribeServices', { services: ['web'] })).services?.[0];
  const first = before?.deployments?.[0]?.id;
  await engine.call('UpdateService', { service: 'web', taskDefinition: 'web:2' });
  expect((await wait()).outcomes).toMatchObject([{ state: 'ROLLED_BACK' }]);
  const own = (await records(store)).filter(({ startedBy }) => startedBy === first);
  expect(own.map(({ revision }) => revision)).toEqual(own.map(() => 1));
  expect(own.filter(({ lastStatus }) => lastStatus === 'RUNNING')).toHaveLength(3);
});
