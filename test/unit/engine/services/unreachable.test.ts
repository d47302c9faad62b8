import { expect, it } from 'vitest';
import { cluster, definition, hostOf } from '../kit.js';

it('who waits learns which hosts do not answer, and what may still run there', async () => {
  const made = await cluster(['web1', 'web2'], { settings: { healthyAfter: 50, hostGrace: 500 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  const before = await engine.call('WaitServices', { services: ['web'], timeout: 20 });
  expect(before.unreachable).toEqual([]);
  hostOf(made, 'web2').vanish();
  await engine.call('DeployService', { service: 'web', env: ['LEVEL=debug'] });
  const after = await engine.call('WaitServices', { services: ['web'], timeout: 20 });
  expect(after.outcomes).toMatchObject([{ state: 'STEADY' }]);
  const left = [{ taskDefinition: 'web:1', count: 1 }];
  expect(after.unreachable).toEqual([{ host: 'web2', left }]);
  // A look drives nothing.
  await engine.call('UpdateService', { service: 'web', desiredCount: 3 });
  const look = await engine.call('WaitServices', { services: ['web'], timeout: 0 });
  expect(look).toMatchObject({ outcomes: [{ state: 'UNDER_WAY' }], services: [{ runningCount: 2 }] });
});

it('what was replaced on a host that stays away makes no service unstable', async () => {
  const made = await cluster(['web1', 'web2'], { settings: { healthyAfter: 50, hostGrace: 500 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  await engine.call('WaitServices', { services: ['web'], timeout: 20 });
  hostOf(made, 'web2').vanish();
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('UpdateService', { service: 'web', taskDefinition: 'web' });
  const { outcomes } = await engine.call('WaitServices', { services: ['web'], until: 'STABLE', timeout: 20 });
  expect(outcomes).toMatchObject([{ state: 'STEADY' }]);
});
