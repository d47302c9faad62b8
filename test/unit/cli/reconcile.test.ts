import { expect, it } from 'vitest';
import Reconcile from '../../../src/commands/reconcile.js';
import { cluster, definition } from '../engine/kit.js';
import { run } from './kit.js';

it('a pass that leaves a deployment half-way says so, and what goes on with it', async () => {
  const { engine } = await cluster(['web1']);
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  const openEngine = async () => ({ ...engine, close: async () => undefined });
  const pass = (people: boolean) => run(Reconcile, [], {}, { openEngine, people, width: 200 });
  expect((await pass(true)).out).toMatch(
    /SERVICE +RUNNING +PENDING +ROLLOUT\nweb +2\/2 +0 +in progress\n\nweb is half-way through a deployment: longshore wait services-stable --services web goes on with it, and so does the next pass\.\n$/,
  );
  const { clusters } = JSON.parse((await pass(false)).out) as { clusters: { services: object[] }[] };
  expect(clusters[0]?.services).toMatchObject([{ serviceName: 'web', rolloutState: 'IN_PROGRESS' }]);
});

it('where all are as they are to be there is no next step', async () => {
  const { engine } = await cluster(['web1'], { settings: { healthyAfter: 0 } });
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  await engine.call('WaitServices', { services: ['web'], timeout: 10 });
  const openEngine = async () => ({ ...engine, close: async () => undefined });
  const ran = await run(Reconcile, [], {}, { openEngine, people: true });
  expect(ran.out).toMatch(/web +2\/2 +0 +completed\n$/);
});
