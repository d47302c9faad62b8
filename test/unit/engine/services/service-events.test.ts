import { expect, it } from 'vitest';
import { tellEvents } from '../../../../src/lib/engine/services/service-records.js';
import { texts } from '../../../../src/lib/services/texts.js';
import type { Deployment } from '../../../../src/lib/services/types.js';
import { transact } from '../../../../src/lib/store/transact.js';
import { earlier, MINUTE, NOW, rollout, service } from '../../services/builders.js';
import { cluster, definition, kit } from '../kit.js';

/** Tells of events, so many ms after NOW; which of them were told. */
function teller() {
  let now = NOW;
  const { ctx } = kit({ clock: () => now });
  return async (after: number, deployments: readonly Deployment[], ...messages: string[]) => {
    now = NOW + after;
    const told = await transact(ctx.store, ctx, (draft) =>
      tellEvents(ctx, draft, { cluster: 'default', service: service({ deployments }) }, messages),
    );
    return told.map(({ message }) => message);
  };
}

const first = [rollout('1', { createdAt: NOW })];
const stuck = texts.cannotPlace('web', '');
const HOUR = 60 * MINUTE;

it('an event that a service is unable to do something is told once in six hours of a deployment', async () => {
  const tell = teller();
  const started = texts.started('web', ['1']);
  expect(await tell(0, first, stuck, started)).toEqual([stuck, started]);
  expect(await tell(1, first, stuck)).toEqual([]);
  const closer = texts.cannotPlace('web', ' The closest matching (container-instance 1) …');
  expect(await tell(2, first, closer, stuck)).toEqual([closer]);
  expect(await tell(6 * HOUR - 1, first, stuck)).toEqual([]);
  expect(await tell(6 * HOUR, first, stuck)).toEqual([stuck]);
});

it('a new deployment tells of it again, and so does one that is gone back to', async () => {
  const tell = teller();
  expect(await tell(0, first, stuck, texts.steady('web'))).toHaveLength(2);
  const second = rollout('2', { createdAt: NOW + 10 });
  const before = earlier('1', { createdAt: NOW });
  expect(await tell(10, [second, before], stuck, texts.steady('web'))).toHaveLength(2);
  const rollback = { to: 'ecs-svc/1', startedAt: NOW + 20, reason: '' };
  expect(await tell(20, [before, { ...second, rollback }], stuck)).toEqual([stuck]);
});

it('other events are told again where something else was told between', async () => {
  const tell = teller();
  const steady = texts.steady('web');
  const stopped = texts.stopped('web', ['1']);
  expect(await tell(0, first, steady)).toEqual([steady]);
  expect(await tell(1, first, steady)).toEqual([]);
  expect(await tell(2, first, stopped, steady)).toEqual([stopped, steady]);
});

it('an event that names an instance by its id comes with its name', async () => {
  const { engine, events } = await cluster(['web1']);
  await engine.call(
    'RegisterTaskDefinition',
    definition('web', { portMappings: [{ containerPort: 80, hostPort: 80 }] }),
  );
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  await engine.call('WaitServices', { services: ['web'], timeout: 1 });
  const told = events.flatMap((event) => (event.type === 'service-event' ? [event] : []));
  const named = told.filter(({ message }) => message.includes('(container-instance '));
  const id = /\(container-instance (\w+)\)/.exec(named[0]?.message ?? '')?.[1] ?? '';
  expect(named.map(({ hosts }) => hosts)).toEqual([{ [id]: 'web1' }]);
});
