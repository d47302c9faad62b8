import { expect, it } from 'vitest';
import { definition, kit } from '../kit.js';

it('a service in a cluster without hosts waits for some, and ends nobody who keeps it', async () => {
  const made = kit();
  const { engine } = made;
  await engine.call('CreateCluster', {});
  await engine.call('RegisterTaskDefinition', definition('web'));
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
  const kept = engine.call('Reconcile', { watch: true });
  const events = async () =>
    (await engine.call('DescribeServices', { services: ['web'] })).services?.[0]?.events?.map(
      ({ message }) => message,
    );
  await expect
    .poll(events)
    .toContainEqual(
      '(service web) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.',
    );
  made.abort();
  await kept;
});
