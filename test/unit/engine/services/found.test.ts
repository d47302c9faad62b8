import { expect, it } from 'vitest';
import { cluster, definition, hostOf, records } from '../kit.js';

it('a task that was given up once, and that nothing could replace, is as any other when its host is back', async () => {
  const made = await cluster(['web1', 'web2'], { settings: { healthyAfter: 50, hostGrace: 500 } });
  const { engine, store } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', {
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    placementConstraints: [{ type: 'distinctInstance' }],
  });
  await engine.call('WaitServices', { services: ['web'], timeout: 20 });
  const kept = engine.call('Reconcile', { watch: true });
  const lost = async () => (await records(store)).filter(({ wasLost }) => wasLost).length;
  hostOf(made, 'web2').vanish();
  await expect.poll(lost, { timeout: 10_000 }).toBe(1);
  hostOf(made, 'web2').comeBack();
  await expect.poll(lost, { timeout: 10_000 }).toBe(0);
  const running = (await records(store)).map(({ lastStatus }) => lastStatus);
  expect(running).toEqual(['RUNNING', 'RUNNING']);
  made.abort();
  await kept;
});
