import { describe, expect, it } from 'vitest';
import { createPlacer, planTasks } from '../../../src/lib/scheduler/placer.js';
import { InvalidExpression } from '../../../src/lib/scheduler/query-language/invalid-expression.js';
import type { InstanceView, PlacementRequest } from '../../../src/lib/scheduler/types.js';
import { instance, memberOf, request } from './builders.js';

const random = () => 0;

function refusal(view: InstanceView, wanted: Partial<PlacementRequest>) {
  const pick = createPlacer([view], { random }).place(request(wanted));
  if (pick.placed) return 'placed';
  const [{ reason, detail } = { reason: '', detail: '' }] = pick.refusals;
  return [reason, detail, pick.explanation];
}

describe('each filter refuses for its own reason, and lets pass what is just enough', () => {
  it.each<[string, Partial<PlacementRequest>, InstanceView, InstanceView, string[]]>([
    [
      'deregistered',
      {},
      instance('b'),
      instance('a', { status: 'INACTIVE' }),
      ['INACTIVE', 'is deregistered', '1 of 1 host is deregistered (a)'],
    ],
    [
      'draining',
      {},
      instance('b'),
      instance('a', { status: 'DRAINING' }),
      ['DRAINING', 'is draining', '1 of 1 host is draining (a)'],
    ],
    [
      'agent',
      {},
      instance('b'),
      instance('a', { agentConnected: false }),
      ['AGENT', "doesn't answer", "1 of 1 host doesn't answer (a)"],
    ],
    [
      'the data of a volume',
      { volumes: [{ name: 'pgdata', on: ['c', 'd'] }], memory: 2000 },
      instance('b', { volumes: ['pgdata'], memory: 2000 }),
      instance('a'),
      [
        'VOLUME',
        'the data of volume pgdata is on c, d',
        '1 of 1 host lacks the data of volume pgdata, which c, d have (a); start-task on another host starts it without that data',
      ],
    ],
    [
      'attribute',
      { requiredAttributes: [{ name: 'ssd' }] },
      instance('b', { attributes: { ssd: 'any' } }),
      instance('a'),
      ['ATTRIBUTE', 'lacks attribute ssd', '1 of 1 host lacks attribute ssd (a)'],
    ],
    [
      'attribute with a value',
      { requiredAttributes: [{ name: 'disk', value: 'ssd' }] },
      instance('b', { attributes: { disk: 'ssd' } }),
      instance('a', { attributes: { disk: 'hdd' } }),
      ['ATTRIBUTE', 'lacks attribute disk=ssd: has hdd', '1 of 1 host lacks attribute disk=ssd (a has hdd)'],
    ],
    [
      'CPU',
      { cpu: 512 },
      instance('b', { cpu: 512 }),
      instance('a', { cpu: 511 }),
      ['RESOURCE:CPU', 'has 511 CPU units of 512', '1 of 1 host lacks 512 CPU units (a has 511)'],
    ],
    [
      'memory',
      { memory: 512 },
      instance('b', { memory: 512 }),
      instance('a', { memory: -20 }),
      ['RESOURCE:MEMORY', 'has 0 MiB of 512', '1 of 1 host lacks 512 MiB (a has 0)'],
    ],
    [
      'GPUs',
      { gpus: 2 },
      instance('b', { gpus: 2 }),
      instance('a', { gpus: 1 }),
      ['RESOURCE:GPU', 'has 1 GPU of 2', '1 of 1 host lacks 2 GPUs (a has 1)'],
    ],
    [
      'a port',
      { ports: ['tcp/80'] },
      instance('b', { ports: ['udp/80'] }),
      instance('a', { ports: ['tcp/80'] }),
      ['RESOURCE:PORTS', 'port 80/tcp is taken', "1 of 1 host doesn't have port 80/tcp free (a)"],
    ],
    [
      'ports',
      { ports: ['tcp/80', 'udp/53', 'tcp/81'] },
      instance('b', { ports: ['udp/80'] }),
      instance('a', { ports: ['tcp/80', 'udp/53'] }),
      [
        'RESOURCE:PORTS',
        'ports 80/tcp, 53/udp are taken',
        "1 of 1 host doesn't have ports 80/tcp, 53/udp, 81/tcp free (a uses 80/tcp, 53/udp)",
      ],
    ],
    [
      'dynamic ports',
      { dynamicPorts: { tcp: 2, udp: 0 } },
      instance('b', { portRange: [40000, 40002], ports: ['tcp/40001', 'udp/40000', 'tcp/40003'] }),
      instance('a', { portRange: [40000, 40001], ports: ['tcp/40001'] }),
      [
        'RESOURCE:PORTS',
        'has 1 free tcp port of 2 in 40000-40001',
        '1 of 1 host lacks 2 free tcp ports in its port range (a has 1 in 40000-40001)',
      ],
    ],
    [
      'dynamic ports beside a fixed one of the range',
      { ports: ['udp/40000'], dynamicPorts: { tcp: 0, udp: 1 } },
      instance('b', { portRange: [40000, 40001] }),
      instance('a', { portRange: [40000, 40000] }),
      [
        'RESOURCE:PORTS',
        'has 0 free udp ports of 1 in 40000-40000',
        '1 of 1 host lacks 1 free udp port in its port range (a has 0 in 40000-40000)',
      ],
    ],
    [
      'memberOf',
      { constraints: [memberOf('attribute:stack == prod')] },
      instance('b', { attributes: { stack: 'prod' } }),
      instance('a'),
      [
        'MemberOf placement constraint unsatisfied.',
        "doesn't satisfy memberOf (attribute:stack == prod)",
        "1 of 1 host doesn't satisfy memberOf (attribute:stack == prod) (a)",
      ],
    ],
    [
      'distinctInstance',
      { constraints: [{ type: 'distinctInstance' }] },
      instance('b', { tasks: { 'family:other': 3 } }),
      instance('a', { tasks: { 'family:web': 1 } }),
      [
        'DistinctInstance placement constraint unsatisfied.',
        'already has a task of family:web',
        '1 of 1 host already has a task of family:web (a)',
      ],
    ],
  ])('%s', (_, wanted, fit, unfit, expected) => {
    expect(refusal(fit, wanted)).toBe('placed');
    expect(refusal(unfit, wanted)).toEqual(expected);
  });

  it('asks for nothing that the task does not need', () => {
    const full = instance('full', { cpu: -1, memory: -1, gpus: -1 });
    expect(refusal(full, { cpu: 0, memory: 0, gpus: 0 })).toBe('placed');
  });

  it('names the first reason in the order of the filters', () => {
    const wanted = {
      cpu: 2048,
      memory: 2048,
      ports: ['tcp/80'] as const,
      requiredAttributes: [{ name: 'x' }],
    };
    const all = { cpu: 1, memory: 1, ports: ['tcp/80' as const], agentConnected: false };
    expect(refusal(instance('a', { ...all, status: 'DRAINING' }), wanted)[0]).toBe('DRAINING');
    expect(refusal(instance('a', all), wanted)[0]).toBe('AGENT');
    expect(refusal(instance('a', { ...all, agentConnected: true }), wanted)[0]).toBe('ATTRIBUTE');
  });
});

describe('explanations', () => {
  it('count the hosts by reason, in the order of the filters, and name them', () => {
    const hosts = [
      instance('web1', { memory: 300 }),
      instance('web2', { status: 'DRAINING' }),
      instance('web3', { status: 'DRAINING' }),
      instance('web4', { memory: 128 }),
      instance('web5', { status: 'DRAINING' }),
    ];
    const pick = createPlacer(hosts, { random: Math.random }).place(request({ memory: 512 }));
    expect(pick).toMatchObject({
      placed: false,
      explanation:
        '3 of 5 hosts are draining (web2, web3, web5); 2 of 5 hosts lack 512 MiB (web1 has 300, web4 has 128)',
    });
    expect(!pick.placed && pick.refusals.map((one) => one.instanceName)).toEqual(
      hosts.map(({ name }) => name),
    );
  });

  it('stay short on a large cluster', () => {
    const hosts = Array.from({ length: 10 }, (_, index) => instance(`h${index}`, { cpu: index }));
    const pick = createPlacer(hosts, { random }).place(request({ cpu: 512 }));
    expect(pick).toMatchObject({
      explanation: '10 of 10 hosts lack 512 CPU units (h0 has 0, h1 has 1, h2 has 2 and 7 more)',
    });
  });

  it('say when there is nothing to place on', () => {
    const pick = createPlacer([], { random }).place(request());
    expect(pick).toMatchObject({ placed: false, refusals: [], explanation: 'the cluster has no hosts' });
  });

  it('tell of the moment of the failure, however late they are read', () => {
    const placer = createPlacer([instance('a', { memory: 500 })], { random });
    placer.place(request({ memory: 200 }));
    const failed = placer.place(request({ memory: 400 }));
    placer.place(request({ memory: 200 }));
    placer.release('id-a', request({ memory: 200 }));
    placer.release('id-a', request({ memory: 200 }));
    expect(failed).toMatchObject({ explanation: '1 of 1 host lacks 400 MiB (a has 300)' });
    expect(placer.place(request({ memory: 900 }))).toMatchObject({
      explanation: expect.stringContaining('a has 500'),
    });
    placer.place(request({ memory: 50 }));
    expect(placer.place(request({ memory: 900 }))).toMatchObject({
      explanation: expect.stringContaining('a has 450'),
    });
    expect(placer.place(request({ memory: 400 })).placed).toBe(true);
  });
});

describe('a plan', () => {
  it('places what fits and says why the rest does not', () => {
    const hosts = [instance('a', { memory: 300 })];
    const picks = planTasks(request({ memory: 200 }), 3, hosts, { random });
    expect(picks.map(({ placed }) => placed)).toEqual([true, false, false]);
    expect(picks[2]).toMatchObject({
      refusals: [
        { instanceId: 'id-a', instanceName: 'a', reason: 'RESOURCE:MEMORY', detail: 'has 100 MiB of 200' },
      ],
    });
    expect(hosts[0]?.remaining.memory).toBe(300);
  });

  it('refuses an expression that does not parse, before anything is placed', () => {
    const wanted = request({ constraints: [memberOf('attribute:x ==')] });
    expect(() => planTasks(wanted, 1, [instance('a')], { random })).toThrow(InvalidExpression);
    expect(() => planTasks(request({ constraints: [{ type: 'memberOf' }] }), 1, [], { random })).toThrow(
      'expected a subject',
    );
  });

  it('releases only what is there', () => {
    const placer = createPlacer([instance('a', { tasks: { 'family:web': 1 }, ports: ['tcp/80'] })], {
      random,
    });
    const wanted = request({ ports: ['tcp/80'], constraints: [{ type: 'distinctInstance' }] });
    expect(placer.place(wanted).placed).toBe(false);
    placer.release('id-a', wanted);
    expect(placer.place(wanted).placed).toBe(true);
    expect(() => placer.release('id-b', wanted)).toThrow(
      'No task of family:web to release on instance id-b.',
    );
    expect(() => placer.release('id-a', request({ group: 'other' }))).toThrow('No task of other to release');
  });
});
