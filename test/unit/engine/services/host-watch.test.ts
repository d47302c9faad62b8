import { describe, expect, it, vi } from 'vitest';
import { pauseOf } from '../../../../src/lib/engine/services/host-watch.js';
import { cluster, hostOf } from '../kit.js';

describe('a host that does not answer', () => {
  it('is tried again after longer and longer pauses', () => {
    expect([0, 1, 2, 3, 4, 9].map((failures) => pauseOf(failures, Infinity))).toEqual([
      1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
  });

  it('is tried once more before its tasks are replaced, so that one that is back by then is seen to be', () => {
    expect(pauseOf(4, 10_000)).toBe(8500);
    expect(pauseOf(4, 1501)).toBe(1);
    expect(pauseOf(4, 1500)).toBe(10_000);
    expect(pauseOf(4, -1)).toBe(10_000);
  });

  it('is told of as back when it has answered', async () => {
    const made = await cluster(['web1']);
    const host = hostOf(made, 'web1');
    const connect = made.hosts.connect.bind(made.hosts);
    const first = await made.hosts.connect({ scheme: 'ssh', host: 'web1' }, 'web1');
    // As hosts with a connection that was good once: only a request shows that it isn't any more.
    vi.spyOn(made.hosts, 'connect').mockImplementation((...given) =>
      connect(...given).catch(() => Promise.resolve(first)),
    );
    const notes = () => made.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    const watching = made.engine.call('Reconcile', { watch: true });
    const looks = () => host.calls.filter((call) => call.startsWith('listContainers')).length;
    await expect.poll(looks).toBeGreaterThan(0);
    host.vanish();
    const before = looks();
    await expect.poll(looks).toBeGreaterThan(before + 2);
    expect(made.events).toContainEqual(expect.objectContaining({ type: 'host-failed', host: 'web1' }));
    expect(notes()).toEqual([]);
    host.comeBack();
    await expect.poll(notes).toEqual(['web1 answers again']);
    made.abort();
    await watching;
  });
});
