import { describe, expect, it } from 'vitest';
import { createPlacer, planTasks } from '../../../src/lib/scheduler/placer.js';
import { seededRandom } from '../../../src/lib/scheduler/random.js';
import { InvalidStrategy } from '../../../src/lib/scheduler/strategies.js';
import type { InstanceView, PlacementRequest } from '../../../src/lib/scheduler/types.js';
import { binpack, instance, memberOf, request, spread } from './builders.js';

const zone = (name: string) => ({ attributes: { 'ecs.availability-zone': name } });
const overZones = spread('attribute:ecs.availability-zone');

/** Names of the hosts picked, in order; `-` for none. */
function picked(
  hosts: InstanceView[],
  wanted: Partial<PlacementRequest>,
  count: number,
  seed = 'seed',
): string[] {
  const picks = planTasks(request(wanted), count, hosts, { random: seededRandom(seed) });
  return picks.map((pick) => (pick.placed ? pick.instanceId.replace('id-', '') : '-'));
}

function counts(names: readonly string[]): Record<string, number> {
  return names.reduce<Record<string, number>>((all, name) => ({ ...all, [name]: (all[name] ?? 0) + 1 }), {});
}

describe('binpack', () => {
  it('takes the least memory or CPU that still fits', () => {
    const hosts = [
      instance('a', { memory: 1000, cpu: 300 }),
      instance('b', { memory: 250, cpu: 900 }),
      instance('c', { memory: 100, cpu: 600 }),
    ];
    expect(picked(hosts, { strategy: [binpack('memory')] }, 3)).toEqual(['b', 'a', 'a']);
    expect(picked(hosts, { strategy: [binpack('CPU')], memory: 64 }, 5)).toEqual(['a', 'a', 'c', 'b', 'b']);
  });

  it('comes back to a host that a task has left', () => {
    const placer = createPlacer([instance('a', { memory: 256 }), instance('b')], {
      random: seededRandom('x'),
    });
    const wanted = request({ strategy: [binpack('memory')] });
    const place = () => placer.place(wanted);
    expect([place(), place(), place()].map((pick) => pick.placed && pick.instanceId)).toEqual([
      'id-a',
      'id-a',
      'id-b',
    ]);
    placer.release('id-a', wanted);
    expect(place()).toEqual({ placed: true, instanceId: 'id-a' });
  });
});

describe('spread', () => {
  it.each(['instanceId', 'host'])('over %s counts the tasks of the same group', (field) => {
    const hosts = [
      instance('a', { tasks: { 'family:web': 2 } }),
      instance('b', { tasks: { 'family:other': 5 } }),
      instance('c', { tasks: { 'family:web': 1 } }),
    ];
    const names = picked(hosts, { strategy: [spread(field)], cpu: 1, memory: 1 }, 6);
    expect(names.slice(0, 1)).toEqual(['b']);
    expect(counts(names)).toEqual({ a: 1, b: 3, c: 2 });
  });

  it('over an attribute counts all hosts with the same value, those that take no tasks too', () => {
    const hosts = [
      instance('a', { ...zone('a'), tasks: { 'family:web': 3 }, status: 'DRAINING' }),
      instance('a2', zone('a')),
      instance('b', zone('b')),
    ];
    expect(counts(picked(hosts, { strategy: [overZones], cpu: 1 }, 5))).toEqual({ b: 4, a2: 1 });
  });

  it('uses hosts without the attribute only when no other can take the task', () => {
    const hosts = [
      instance('none'),
      instance('a', { ...zone('a'), cpu: 256 }),
      instance('b', { ...zone('b'), cpu: 128 }),
    ];
    const names = picked(hosts, { strategy: [overZones] }, 5);
    expect(names.slice(0, 3).toSorted()).toEqual(['a', 'a', 'b']);
    expect(names.slice(3)).toEqual(['none', 'none']);
  });

  it('takes an attribute without a value for a value', () => {
    const hosts = [instance('a', { attributes: { rack: '' } }), instance('b', { attributes: { rack: '1' } })];
    expect(counts(picked(hosts, { strategy: [spread('attribute:rack')] }, 4))).toEqual({ a: 2, b: 2 });
  });

  it('over two attributes balances the second inside the first', () => {
    const hosts = ['a1', 'a2', 'b1', 'b2'].map((name) =>
      instance(name, { attributes: { zone: name.charAt(0), rack: name } }),
    );
    const names = picked(hosts, { strategy: [spread('attribute:zone'), spread('attribute:rack')] }, 8);
    expect(counts(names)).toEqual({ a1: 2, a2: 2, b1: 2, b2: 2 });
    expect(counts(names.slice(0, 4))).toEqual({ a1: 1, a2: 1, b1: 1, b2: 1 });
  });
});

describe('chains', () => {
  it('decide from left to right, each among what is left equal', () => {
    const hosts = [
      instance('a1', { ...zone('a'), memory: 900 }),
      instance('a2', { ...zone('a'), memory: 500 }),
      instance('b1', { ...zone('b'), memory: 800 }),
      instance('b2', { ...zone('b'), memory: 700 }),
    ];
    const names = picked(hosts, { strategy: [overZones, binpack('memory')] }, 6);
    expect(names).toEqual(['a2', 'b2', 'a2', 'b2', 'a2', 'b2']);
    expect(picked(hosts, { strategy: [spread('host'), binpack('memory')] }, 4)).toEqual([
      'a2',
      'b2',
      'b1',
      'a1',
    ]);
  });

  it('give up an earlier strategy rather than the task', () => {
    const hosts = [instance('a', { ...zone('a'), cpu: 128 }), instance('b', zone('b'))];
    expect(counts(picked(hosts, { strategy: [overZones] }, 6))).toEqual({ a: 1, b: 5 });
  });

  it('end with random', () => {
    const hosts = Array.from({ length: 8 }, (_, index) =>
      instance(`h${index}`, { memory: index % 2 ? 1000 : 2000 }),
    );
    const strategy = [spread('host'), { type: 'random' as const }, binpack('memory')];
    const names = picked(hosts, { strategy }, 8);
    expect(new Set(names).size).toBe(8);
    expect(names).not.toEqual(picked(hosts, { strategy: [spread('host'), binpack('memory')] }, 8));
  });
});

describe('random', () => {
  it('is what a request without a strategy gets, and picks each host equally often', () => {
    const hosts = [...'abcde'].map((name) => instance(name));
    const tiny = { cpu: 0, memory: 0 };
    const names = picked(hosts, tiny, 5000);
    expect(names).toEqual(picked(hosts, { ...tiny, strategy: [{ type: 'random' }] }, 5000));
    for (const count of Object.values(counts(names))) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(Object.keys(counts(names))).toHaveLength(5);
  });

  it('picks evenly among the equals of several zones', () => {
    const hosts = [
      instance('a', zone('a')),
      instance('b1', zone('b')),
      instance('b2', zone('b')),
      instance('b3', zone('b')),
    ];
    const firsts = Array.from(
      { length: 2000 },
      (_, seed) => picked(hosts, { strategy: [overZones, { type: 'random' }] }, 1, `${seed}`)[0] ?? '',
    );
    for (const count of Object.values(counts(firsts))) expect(Math.abs(count - 500)).toBeLessThan(100);
  });

  it('repeats itself under the same seed only', () => {
    const hosts = Array.from({ length: 20 }, (_, index) => instance(`h${index}`));
    for (const strategy of [[], [spread('host')], [binpack('cpu')]]) {
      expect(picked(hosts, { strategy }, 30, 'one')).toEqual(picked(hosts, { strategy }, 30, 'one'));
      expect(picked(hosts, { strategy }, 30, 'one')).not.toEqual(picked(hosts, { strategy }, 30, 'two'));
    }
  });
});

describe('constraints as tasks come', () => {
  it('keeps the tasks of a group apart', () => {
    const hosts = [instance('a'), instance('b'), instance('c', { tasks: { 'family:web': 1 } })];
    const names = picked(hosts, { constraints: [{ type: 'distinctInstance' }] }, 3);
    expect(names.toSorted()).toEqual(['-', 'a', 'b']);
  });

  it('follows affinity and limits of the tasks planned so far', () => {
    const hosts = [instance('a'), instance('b', { tasks: { 'family:db': 1 } })];
    expect(picked(hosts, { constraints: [memberOf('task:group == family:db')] }, 2)).toEqual(['b', 'b']);
    expect(picked(hosts, { constraints: [memberOf('runningTasksCount < 2')] }, 4).toSorted()).toEqual([
      '-',
      'a',
      'a',
      'b',
    ]);
  });
});

it.each([
  [spread('memory'), 'spread works over instanceId, host or attribute:NAME, not over memory.'],
  [spread('attribute:'), 'not over attribute:.'],
  [{ type: 'spread' as const }, 'not over nothing.'],
  [binpack('gpu'), 'binpack works by cpu or memory, not by gpu.'],
  [{ type: 'tetris' as never }, 'tetris is not a placement strategy: use spread, binpack or random.'],
])('refuses %o', (strategy, message) => {
  const plan = () => planTasks(request({ strategy: [strategy] }), 1, [instance('a')], { random: () => 0 });
  expect(plan).toThrow(InvalidStrategy);
  expect(plan).toThrow(message);
});
