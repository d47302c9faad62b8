import { expect, it } from 'vitest';
import type { EngineEvent } from '../../../../src/lib/engine/events.js';
import { keys } from '../../../../src/lib/engine/keys.js';
import { HeardEvents } from '../../../../src/lib/engine/services/heard-events.js';
import { openMemoryStore } from '../../../../src/lib/store/memory.js';

const event = (id: string, at: number) => ({ id, at, message: `(service web) ${id}` });

it('tells each event of a service once, oldest first, whoever has committed it', async () => {
  const store = openMemoryStore();
  const told: EngineEvent[] = [];
  const heard = new HeardEvents({ store, clock: () => 10_000, emit: (one) => told.push(one) }, 'default');
  const put = (...events: ReturnType<typeof event>[]) =>
    store.commit({ puts: [{ key: keys.serviceEvents('default', 'web'), value: events }] });
  heard.emit({ type: 'service-event', cluster: 'default', service: 'web', ...event('own', 10_001) });
  await put(event('theirs', 10_002), event('own', 10_001), event('long ago', 7000));
  await heard.look(['web', 'unknown']);
  await heard.look(['web']);
  expect(told.map((one) => (one.type === 'service-event' ? one.id : one.type))).toEqual(['own', 'theirs']);
  heard.emit({ type: 'note', message: 'passed on' });
  expect(told.at(-1)).toEqual({ type: 'note', message: 'passed on' });
});
