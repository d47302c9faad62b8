import { expect, it } from 'vitest';
import { warnOfKept } from '../../../../src/lib/engine/services/service-input.js';
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
