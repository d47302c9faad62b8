import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerDefinition } from '../../../src/lib/api/types.js';
import {
  choosePorts,
  chooseRuns,
  countPorts,
  freePorts,
  portPlan,
} from '../../../src/lib/scheduler/ports.js';
import { seededRandom } from '../../../src/lib/scheduler/random.js';
import type { PortKey } from '../../../src/lib/scheduler/types.js';

describe('ports of a task', () => {
  const containerDefinitions: ContainerDefinition[] = [
    {
      name: 'a',
      portMappings: [
        { containerPort: 80, hostPort: 8080 },
        { containerPort: 53, protocol: 'udp' },
        { containerPort: 81, hostPort: 0, protocol: 'tcp' },
      ],
    },
    { name: 'b', portMappings: [{ containerPort: 53, hostPort: 53, protocol: 'udp' }] },
    { name: 'c' },
  ];

  it('are fixed or dynamic in bridge mode, the default', () => {
    const plan = portPlan({ containerDefinitions });
    expect(plan.fixed).toEqual(['tcp/8080', 'udp/53']);
    expect(plan.dynamic).toEqual(['udp', 'tcp']);
    expect(plan.published).toEqual([
      { container: 'a', containerPort: 80, protocol: 'tcp', hostPort: 8080 },
      { container: 'a', containerPort: 53, protocol: 'udp' },
      { container: 'a', containerPort: 81, protocol: 'tcp' },
      { container: 'b', containerPort: 53, protocol: 'udp', hostPort: 53 },
    ]);
    expect(portPlan({ networkMode: 'bridge', containerDefinitions })).toEqual(plan);
  });

  it("are the containers' own in host mode", () => {
    const plan = portPlan({ networkMode: 'host', containerDefinitions });
    expect([plan.fixed, plan.dynamic]).toEqual([['tcp/80', 'udp/53', 'tcp/81', 'udp/53'], []]);
  });

  it.each(['awsvpc', 'none'] as const)('are none of the host in %s mode', (networkMode) => {
    expect(portPlan({ networkMode, containerDefinitions })).toEqual({
      published: [],
      fixed: [],
      dynamic: [],
      runs: [],
    });
  });
});

describe('choosing ranges of ports', () => {
  it('counts their ports, and plans them in bridge mode only', () => {
    const containerDefinitions = [{ name: 'a', portMappings: [{ containerPortRange: '8000-8004' }] }];
    const plan = portPlan({ containerDefinitions });
    expect(plan).toMatchObject({ dynamic: [], runs: [{ protocol: 'tcp', count: 5 }] });
    expect(countPorts(['udp'], plan.runs)).toEqual({ tcp: 5, udp: 1 });
    expect(portPlan({ networkMode: 'awsvpc', containerDefinitions }).runs).toEqual([]);
  });

  it('finds the only room there is, whatever the start, the longest first', () => {
    for (const start of [0, 0.3, 0.5, 0.7, 0.99]) {
      const used = new Set<PortKey>(['tcp/43', 'udp/41']);
      const runs = [
        { protocol: 'tcp' as const, count: 3 },
        { protocol: 'tcp' as const, count: 6 },
      ];
      expect(chooseRuns([40, 49], used, runs, () => start)).toEqual([40, 44]);
      expect(used.size).toBe(11);
      expect(chooseRuns([40, 49], used, [{ protocol: 'tcp', count: 2 }], () => start)).toBeUndefined();
    }
  });

  it('gives free ports of the range that follow each other, and no two the same', () => {
    const port = fc.integer({ min: 100, max: 140 }).map((n) => `tcp/${n}` as PortKey);
    const runs = fc.array(
      fc.record({ protocol: fc.constant('tcp' as const), count: fc.integer({ min: 2, max: 9 }) }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.array(port, { maxLength: 6 }), runs, fc.string(), (taken, wanted, seed) => {
        const used = new Set(taken);
        const chosen = chooseRuns([101, 139], used, wanted, seededRandom(seed));
        if (chosen === undefined) return;
        const ports = chosen.flatMap((first, i) =>
          Array.from({ length: wanted[i]?.count ?? 0 }, (_, n) => `tcp/${first + n}`),
        );
        expect(new Set([...ports, ...taken]).size).toBe(ports.length + new Set(taken).size);
        expect(ports.every((key) => Number(key.slice(4)) >= 101 && Number(key.slice(4)) <= 139)).toBe(true);
        expect([...used].sort()).toEqual([...new Set([...taken, ...ports])].sort());
      }),
    );
  });
});

describe('choosing dynamic ports', () => {
  it('finds all that are free, whatever the start', () => {
    const used = new Set<PortKey>(['tcp/41', 'udp/42']);
    for (const start of [0, 0.3, 0.6, 0.9]) {
      const chosen = choosePorts([40, 42], used, ['tcp', 'udp', 'tcp', 'udp'], () => start);
      expect(chosen?.toSorted()).toEqual(['tcp/40', 'tcp/42', 'udp/40', 'udp/41']);
      expect(choosePorts([40, 42], used, ['tcp', 'tcp', 'tcp'], () => start)).toBeUndefined();
    }
  });

  it('needs no range where no port is asked for', () => {
    expect(choosePorts([5, 4], new Set(), [], () => 0)).toEqual([]);
    expect(choosePorts([5, 4], new Set(), ['tcp'], () => 0)).toBeUndefined();
  });

  it('gives distinct free ports of the range, in the order of the protocols', () => {
    const port = fc
      .tuple(fc.constantFrom('tcp', 'udp'), fc.integer({ min: 100, max: 110 }))
      .map(([p, n]) => `${p}/${n}` as PortKey);
    const protocols = fc.array(fc.constantFrom('tcp' as const, 'udp' as const), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(port), protocols, fc.string(), (used, wanted, seed) => {
        const chosen = choosePorts([101, 109], new Set(used), wanted, seededRandom(seed));
        const free = freePorts([101, 109], new Set(used));
        const asked = (protocol: string) => wanted.filter((one) => one === protocol).length;
        expect(chosen !== undefined).toBe(asked('tcp') <= free.tcp && asked('udp') <= free.udp);
        if (!chosen) return;
        expect(chosen.map((key) => key.split('/')[0])).toEqual(wanted);
        expect(new Set([...chosen, ...used]).size).toBe(new Set(used).size + wanted.length);
        expect(
          chosen.every((key) => Number(key.split('/')[1]) >= 101 && Number(key.split('/')[1]) <= 109),
        ).toBe(true);
      }),
    );
  });
});
