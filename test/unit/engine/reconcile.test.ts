import { expect, it } from 'vitest';
import { kit } from './kit.js';

it.each([
  [9999, 1],
  [10_000, 0],
])('warns of a grace of %i ms for hosts that are away: %i times', async (hostGrace, times) => {
  const { engine, events } = kit({ settings: { hostGrace } });
  await engine.call('CreateCluster', {});
  await engine.call('CreateCluster', { clusterName: 'other' });
  await engine.call('Reconcile', {});
  const warnings = events.filter((event) => event.type === 'warning');
  expect(warnings).toHaveLength(times);
  if (times > 0) expect(warnings[0]?.message).toContain('LONGSHORE_HOST_GRACE is 9.999 s: that is too short');
});
