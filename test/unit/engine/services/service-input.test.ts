import { expect, it } from 'vitest';
import { deploymentConfiguration, warnOfKept } from '../../../../src/lib/engine/services/service-input.js';
import { kit } from '../kit.js';

function warningsOf(input: Parameters<typeof warnOfKept>[1]): string[] {
  const { ctx, events } = kit();
  warnOfKept(ctx, input);
  return events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
}

it('names members of a service that only mean something inside AWS', () => {
  expect(
    warningsOf({
      role: 'ecsServiceRole',
      gatewayConnectors: [{ portName: 'http' }],
      monitoring: { metricConfigurations: [] },
    }),
  ).toEqual([
    'role only means something inside AWS: it is kept and shown, and changes nothing here',
    'monitoring only means something inside AWS and is left out',
    'gatewayConnectors only mean something inside AWS and are left out',
  ]);
});

it('says nothing of what is not given, or empty', () => {
  expect(warningsOf({ gatewayConnectors: [], volumeConfigurations: [], loadBalancers: [] })).toEqual([]);
});

it.each(['REPLICA', 'DAEMON'] as const)(
  'refuses percentages that block each deployment of a %s',
  (scheduling) => {
    const percent = (minimumHealthyPercent: number) => () =>
      deploymentConfiguration({ minimumHealthyPercent, maximumPercent: 100 }, undefined, scheduling);
    expect(percent(100)).toThrow('Both maximumPercent and minimumHealthyPercent cannot be 100');
    expect(percent(99)()).toMatchObject({ minimumHealthyPercent: 99 });
  },
);

it('refuses less than no time between two revisions', () => {
  const baking = (bakeTimeInMinutes: number) => () =>
    deploymentConfiguration({ bakeTimeInMinutes }, undefined, 'REPLICA');
  expect(baking(-1)).toThrow('bakeTimeInMinutes must be 0 or more, but was -1');
  expect(baking(5)()).toMatchObject({ bakeTimeInMinutes: 5 });
});
