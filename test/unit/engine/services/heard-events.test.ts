import { expect, it } from 'vitest';
import type { EngineEvent } from '../../../../src/lib/engine/events.js';
import { keys } from '../../../../src/lib/engine/keys.js';
import { HeardEvents } from '../../../../src/lib/engine/services/heard-events.js';
import { openMemoryStore } from '../../../../src/lib/store/memory.js';
import { cluster, definition } from '../kit.js';

const event = (id: string, at: number) => ({ id, at, message: `(service web) ${id}` });

it('tells each event of a service once, oldest first, whoever has committed it', async () => {
  const store = openMemoryStore();
  const told: EngineEvent[] = [];
  const heard = new HeardEvents(
    { store, clock: () => 10_000, emit: (one) => told.push(one) },
    'default',
    new Map([['web', 9000]]),
  );
  const put = (...events: ReturnType<typeof event>[]) =>
    store.commit({ puts: [{ key: keys.serviceEvents('default', 'web'), value: events }] });
  heard.emit({ type: 'service-event', cluster: 'default', service: 'web', ...event('own', 10_001) });
  await put(
    event('theirs', 10_002),
    event('own', 10_001),
    event('since it began', 9001),
    event('of the one before', 8999),
  );
  await heard.look(['web', 'unknown']);
  await heard.look(['web']);
  expect(told.map((one) => (one.type === 'service-event' ? one.id : one.type))).toEqual([
    'own',
    'since it began',
    'theirs',
  ]);
  heard.emit({ type: 'note', message: 'passed on' });
  expect(told.at(-1)).toEqual({ type: 'note', message: 'passed on' });
});

it('tells of a change that begins no deployment what is told from then on', async () => {
  const store = openMemoryStore();
  const told: EngineEvent[] = [];
  const ctx = { store, clock: () => 10_000, emit: (one: EngineEvent) => void told.push(one) };
  const heard = new HeardEvents(ctx, 'default', new Map([['web', 100]]));
  const value = [event('theirs', 9800), event('of the verb before', 9600)];
  await store.commit({ puts: [{ key: keys.serviceEvents('default', 'web'), value }] });
  await heard.look(['web']);
  expect(told).toMatchObject([{ id: 'theirs' }]);
});

it('an update tells nothing of what was told before it, however lately', async () => {
  const { engine, events } = await cluster(['web1'], { settings: { healthyAfter: 0 } });
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['web'], timeout: 10 });
  events.length = 0;
  await engine.call('UpdateService', { service: 'web', desiredCount: 2 });
  await engine.call('WaitServices', { services: ['web'], timeout: 10 });
  const told = events.flatMap((one) => (one.type === 'service-event' ? [one.message] : []));
  expect(told[0]).toMatch(/has started 1 tasks/);
  expect(told.filter((message) => message.includes('deployment completed'))).toEqual([]);
});
