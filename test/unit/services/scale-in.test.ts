import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacementStrategy } from '../../../src/lib/api/types.js';
import { leavingOrder } from '../../../src/lib/services/scale-in.js';
import type { ServiceHost, ServiceTask } from '../../../src/lib/services/types.js';
import { host, NOW, task } from './builders.js';

const order = (
  tasks: readonly ServiceTask[],
  count: number,
  { strategy = [], hosts = [], all = tasks }: Partial<Circumstances> = {},
) => {
  const known = [...tasks.map(({ instance }) => host(instance)), ...hosts];
  return leavingOrder(tasks, all, new Map(known.map((one) => [one.id, one])), strategy, count).map(
    ({ id }) => id,
  );
};

interface Circumstances {
  strategy: readonly PlacementStrategy[];
  hosts: readonly ServiceHost[];
  all: readonly ServiceTask[];
}

describe('without a strategy', () => {
  it('takes from the zone with most tasks, and there from the instance with most', () => {
    const tasks = [task('1', 'a1'), task('2', 'a1'), task('3', 'a2'), task('4', 'b1'), task('5', 'b1')];
    expect(order(tasks, 1)).toEqual(['1']);
    // Two a zone are left; the fuller instance is in the other zone now.
    expect(order(tasks, 2)).toEqual(['1', '4']);
  });

  it('takes the newest of equals', () => {
    const tasks = [task('1', 'a1', { createdAt: NOW - 2 }), task('2', 'a1', { createdAt: NOW - 1 })];
    expect(order(tasks, 2)).toEqual(['2', '1']);
  });

  it('knows the zone of a host without its attribute', () => {
    const tasks = [task('1', 'x'), task('2', 'y'), task('3', 'z')];
    const hosts = ['x', 'y', 'z'].map((id) =>
      host(id, { zone: id === 'x' ? 'a' : 'b', attributes: new Map() }),
    );
    expect(order(tasks, 1, { hosts })).toEqual(['2']);
  });

  it('counts those that may not go', () => {
    const tasks = [task('1', 'a1'), task('2', 'b1')];
    expect(order(tasks, 1, { all: [...tasks, task('3', 'b2')], hosts: [host('b2')] })).toEqual(['2']);
  });
});

describe('with a strategy', () => {
  const attributes = (rack: string) => new Map([['rack', rack]]);

  it('keeps the spread over an attribute', () => {
    const tasks = [task('1', 'a1'), task('2', 'b1'), task('3', 'c1')];
    const hosts = [
      host('a1', { attributes: attributes('r1') }),
      host('b1', { attributes: attributes('r2') }),
      host('c1', { attributes: attributes('r2') }),
    ];
    expect(order(tasks, 1, { hosts, strategy: [{ type: 'spread', field: 'attribute:rack' }] })).toEqual([
      '2',
    ]);
  });

  it('binpack empties the instance that has most left', () => {
    const tasks = ['1', '2', '3', '4'].map((id, i) =>
      task(id, i % 2 === 0 ? 'a1' : 'a2', { createdAt: NOW + i }),
    );
    const hosts = [
      host('a1', { remaining: { cpu: 10, memory: 500 } }),
      host('a2', { remaining: { cpu: 20, memory: 400 } }),
    ];
    expect(order(tasks, 3, { hosts, strategy: [{ type: 'binpack', field: 'memory' }] })).toEqual([
      '3',
      '1',
      '4',
    ]);
    expect(order(tasks, 3, { hosts, strategy: [{ type: 'binpack', field: 'CPU' }] })).toEqual([
      '4',
      '2',
      '3',
    ]);
  });

  it('binpack goes on with the instance that it began with, of two that have as much left', () => {
    const tasks = ['1', '2', '3', '4'].map((id, i) =>
      task(id, i % 2 === 0 ? 'a1' : 'a2', { createdAt: NOW + i }),
    );
    expect(order(tasks, 3, { strategy: [{ type: 'binpack', field: 'memory' }] })).toEqual(['4', '2', '3']);
  });

  it('random takes the newest', () => {
    const tasks = [task('1', 'a1'), task('2', 'a2', { createdAt: NOW }), task('3', 'a1')];
    expect(order(tasks, 1, { strategy: [{ type: 'random' }] })).toEqual(['2']);
  });
});

it('is the order of plainly comparing all that are left, each time anew', () => {
  const anyStep = fc.constantFrom<PlacementStrategy>(
    { type: 'spread', field: 'attribute:ecs.availability-zone' },
    { type: 'spread', field: 'instanceId' },
    { type: 'spread', field: 'attribute:rack' },
    { type: 'binpack', field: 'memory' },
    { type: 'random' },
  );
  const anyHost = fc.record({ zone: fc.nat(2), rack: fc.nat(1), memory: fc.nat(3) });
  fc.assert(
    fc.property(
      fc.array(anyHost, { minLength: 1, maxLength: 6 }),
      fc.array(fc.record({ on: fc.nat(5), age: fc.nat(3), stays: fc.boolean() }), { maxLength: 15 }),
      fc.array(anyStep, { minLength: 1, maxLength: 3 }),
      fc.nat(15),
      (sketches, taskSketches, strategy, count) => {
        const hosts = sketches.map(({ zone, rack, memory }, i) =>
          host(`h${i}`, {
            attributes: new Map([
              ['ecs.availability-zone', `z${zone}`],
              ['rack', `r${rack}`],
            ]),
            // So far apart that what a task leaves doesn't change their order.
            remaining: { cpu: 0, memory: memory * 100 },
          }),
        );
        const all = taskSketches.map(({ on, age }, i) =>
          task(`t${i}`, `h${on % hosts.length}`, { createdAt: NOW - age }),
        );
        const candidates = all.filter((_, i) => !taskSketches[i]?.stays);
        expect(order(candidates, count, { strategy, hosts, all })).toEqual(
          plainOrder(candidates, all, new Map(hosts.map((one) => [one.id, one])), strategy, count),
        );
      },
    ),
    { numRuns: 300 },
  );
});

function plainOrder(
  candidates: readonly ServiceTask[],
  all: readonly ServiceTask[],
  hosts: ReadonlyMap<string, ServiceHost>,
  strategy: readonly PlacementStrategy[],
  count: number,
): string[] {
  const gone: ServiceTask[] = [];
  while (gone.length < Math.min(count, candidates.length)) {
    const placeOf = ({ instance }: ServiceTask, field = '') =>
      field === 'instanceId'
        ? instance
        : hosts.get(instance)?.attributes.get(field.replace('attribute:', ''));
    const keyOf = (one: ServiceTask) => [
      ...strategy.map(({ type, field }) => {
        if (type === 'random') return 0;
        if (type === 'binpack')
          return (
            (hosts.get(one.instance)?.remaining.memory ?? 0) +
            gone.filter(({ instance }) => instance === one.instance).length
          );
        return all.filter((other) => !gone.includes(other) && placeOf(other, field) === placeOf(one, field))
          .length;
      }),
      one.createdAt,
    ];
    const left = candidates.filter((one) => !gone.includes(one));
    const [next] = left.sort((a, b) => {
      const [x, y] = [keyOf(a), keyOf(b)];
      const differs = x.findIndex((value, i) => value !== y[i]);
      return differs < 0 ? (a.id < b.id ? -1 : 1) : (y[differs] ?? 0) - (x[differs] ?? 0);
    });
    gone.push(next!);
  }
  return gone.map(({ id }) => id);
}
