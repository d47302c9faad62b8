import { describe, expect, it } from 'vitest';
import { stopReasons } from '../../../src/lib/services/texts.js';
import type { Service, ServiceTask } from '../../../src/lib/services/types.js';
import { earlier, host, MINUTE, NOW, plan, rollout, seen, service, stopped, task } from './builders.js';

const scaling = (id: string) => stopReasons.scaling(`ecs-svc/${id}`);
/** Deployment 2 takes the place of 1. */
const updating = (rest: Partial<Service> = {}): Service =>
  service({ desiredCount: 4, deployments: [rollout('2'), earlier('1')], ...rest });
const many = (count: number, of: Partial<ServiceTask> = {}, prefix = 'old'): ServiceTask[] =>
  Array.from({ length: count }, (_, i) => task(`${prefix}${i}`, `${'abc'.charAt(i % 3)}1`, of));
const newer = (count: number, of: Partial<ServiceTask> = {}) =>
  many(count, { deployment: 'ecs-svc/2', ...of }, 'new');
const pending = { lastStatus: 'PENDING', startedAt: undefined } as const;
const young = { startedAt: NOW - 39_999 };

describe('a rolling update', () => {
  it('starts as many as fit under the upper bound, and stops none before they are healthy', () => {
    expect(plan(updating(), seen(many(4)))).toMatchObject({ start: { count: 4 }, stop: [] });
    expect(plan(updating({ maximumPercent: 150 }), seen(many(4))).start.count).toBe(2);
  });

  it('counts what stops until it has stopped', () => {
    const tasks = [...many(2), ...many(2, { lastStatus: 'STOPPING' }, 'stopping')];
    expect(plan(updating({ maximumPercent: 150 }), seen(tasks)).start.count).toBe(2);
    expect(plan(updating({ maximumPercent: 100 }), seen(tasks)).start.count).toBe(0);
  });

  it('stops one old task for each new that is healthy', () => {
    const tasks = [...many(4), ...newer(2), ...newer(2, young).map((one) => ({ ...one, id: `${one.id}y` }))];
    const { stop } = plan(updating(), seen(tasks));
    expect(stop).toHaveLength(2);
    expect(stop[0]?.reason).toBe(scaling('2'));
  });

  it('takes a task without health check for healthy 40 seconds after RUNNING', () => {
    const old = many(4);
    const at = (ago: number) => plan(updating(), seen([...old, ...newer(4, { startedAt: NOW - ago })]));
    expect(at(39_999)).toMatchObject({ stop: [], wakeAt: NOW + 1 });
    expect(at(40_000).stop).toHaveLength(4);
  });

  it('takes one with a health check for healthy as soon as that says so', () => {
    const at = (health: ServiceTask['health']) =>
      plan(updating(), seen([...many(4), ...newer(4, { startedAt: NOW - 1, health })])).stop;
    expect(at('UNKNOWN')).toEqual([]);
    expect(at('HEALTHY')).toHaveLength(4);
  });

  it('makes room down to the lower bound where there is none to start in', () => {
    const half = updating({ minimumHealthyPercent: 50, maximumPercent: 100 });
    expect(plan(half, seen(many(4)))).toMatchObject({ start: { count: 0 }, stop: { length: 2 } });
  });

  it('makes room on hosts that are full', () => {
    const tasks = many(4);
    const half = updating({ minimumHealthyPercent: 50 });
    expect(plan(half, seen(tasks)).stop).toEqual([]);
    expect(plan(half, seen(tasks, { cramped: true })).stop).toHaveLength(2);
    expect(plan(updating(), seen(tasks, { cramped: true })).stop).toEqual([]);
  });

  it('says when its bounds leave it nothing to do', () => {
    const stuck = updating({ desiredCount: 3, maximumPercent: 125 });
    expect(plan(stuck, seen(many(3)))).toMatchObject({
      start: { count: 0 },
      stop: [],
      events: [
        '(service web) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
      ],
    });
    expect(
      plan(updating({ desiredCount: 2, minimumHealthyPercent: 75, maximumPercent: 100 }), seen(many(2))).stop,
    ).toEqual([]);
  });

  it('stops old tasks that serve nobody at once', () => {
    const tasks = [...many(2), ...many(2, pending, 'pending')];
    expect(stopped(plan(updating(), seen(tasks)))).toEqual(['pending0', 'pending1']);
  });

  it('does not count on old tasks that have only begun', () => {
    const tasks = [task('healthy', 'a1'), task('young', 'b1', young)];
    const half = updating({ desiredCount: 2, minimumHealthyPercent: 50, maximumPercent: 100 });
    expect(stopped(plan(half, seen(tasks)))).toEqual(['young']);
  });

  it('keeps those that have only begun where there are no others', () => {
    const tasks = [task('1', 'a1', young), task('2', 'a1', young)];
    const half = updating({ desiredCount: 2, minimumHealthyPercent: 50, maximumPercent: 100 });
    expect(plan(half, seen(tasks)).stop).toHaveLength(1);
  });

  it('says nothing of its bounds while new tasks start', () => {
    expect(plan(updating({ maximumPercent: 150 }), seen([...many(4), ...newer(2, pending)])).events).toEqual(
      [],
    );
  });

  it('takes first what runs on a host that is no longer known', () => {
    const tasks = [
      task('1', 'a1'),
      task('2', 'a1'),
      task('3', 'b1'),
      task('new', 'c1', { deployment: 'ecs-svc/2' }),
    ];
    const { hosts, ...rest } = seen(tasks);
    const known = new Map([...hosts].filter(([id]) => id !== 'b1'));
    expect(stopped(plan(updating({ desiredCount: 3 }), { ...rest, hosts: known }))).toEqual(['3']);
  });

  it('does not count on tasks whose host is away, nor stop them before', () => {
    const hosts = [host('z1', { awaySince: NOW - 1000 })];
    const half = updating({ minimumHealthyPercent: 50, maximumPercent: 100 });
    const tasks = [...many(2), task('away1', 'z1'), task('away2', 'z1')];
    // The two that are known of are all that may be needed.
    expect(stopped(plan(half, seen(tasks, { hosts })))).toEqual(['away1', 'away2']);
    expect(stopped(plan(half, seen(tasks.slice(1), { hosts })))).toEqual([]);
  });

  it('stops none that is protected before that ends', () => {
    const tasks = [...many(4, { protectedUntil: NOW + MINUTE }), ...newer(4)];
    expect(plan(updating(), seen(tasks))).toMatchObject({ stop: [], steady: false, wakeAt: NOW + MINUTE });
    expect(plan(updating(), seen(tasks), NOW + MINUTE).stop).toHaveLength(4);
  });

  it('ends with exactly one deployment', () => {
    expect(
      plan(updating(), seen([...newer(4), task('old', 'a1', { lastStatus: 'STOPPING' })])),
    ).toMatchObject({
      steady: false,
      service: { deployments: { length: 2 } },
    });
    const end = plan(updating(), seen(newer(4)));
    expect(end).toMatchObject({
      steady: true,
      events: ['(service web) (deployment ecs-svc/2) deployment completed.'],
      service: {
        deployments: [
          {
            id: 'ecs-svc/2',
            status: 'PRIMARY',
            rolloutState: 'COMPLETED',
            rolloutStateReason: 'ECS deployment ecs-svc/2 completed.',
            outcome: 'SUCCESSFUL',
            finishedAt: NOW,
          },
        ],
      },
    });
    expect(end.service.deployments).toHaveLength(1);
  });
});

describe('health checks that fail', () => {
  const sick = (rest: Partial<ServiceTask> = {}) => task('sick', 'a1', { health: 'UNHEALTHY', ...rest });

  it('are waited with until the grace period is over', () => {
    const patient = service({ desiredCount: 1, healthCheckGracePeriod: 60_000 });
    const tasks = [sick({ startedAt: NOW - 59_999 })];
    expect(plan(patient, seen(tasks))).toMatchObject({ start: { count: 0 }, stop: [], wakeAt: NOW + 1 });
    expect(plan(patient, seen(tasks), NOW + 1).start.count).toBe(1);
  });

  it('bring a replacement first where there is room', () => {
    const one = service({ desiredCount: 1 });
    expect(plan(one, seen([sick()]))).toMatchObject({ start: { count: 1 }, stop: [] });
    expect(plan(one, seen([sick(), task('next', 'b1', young)])).stop).toEqual([]);
    expect(plan(one, seen([sick(), task('next', 'b1')]))).toMatchObject({
      stop: [{ task: 'sick', reason: stopReasons.unhealthy }],
      events: [
        '(service web) (task sick) failed container health checks.',
        '(service web) has stopped 1 running tasks: (task sick).',
      ],
    });
  });

  it('stop a new task of an update at once: it is tried again', () => {
    const tasks = [...many(4), ...newer(1, { health: 'UNHEALTHY' })];
    expect(stopped(plan(updating({ maximumPercent: 300 }), seen(tasks)))).toEqual(['new0']);
  });

  it('stop a protected task, too: protection is from scaling in and deployments alone', () => {
    const tasks = [sick({ protectedUntil: NOW + 1 }), task('2', 'b1')];
    expect(stopped(plan(service({ desiredCount: 1 }), seen(tasks)))).toEqual(['sick']);
    const grace = service({ desiredCount: 1, healthCheckGracePeriod: 60 * MINUTE });
    expect(stopped(plan(grace, seen([...tasks, ...many(1)])))).not.toContain('sick');
    const earlier = [sick({ protectedUntil: NOW + 1 }), ...newer(4)];
    expect(stopped(plan(updating({ desiredCount: 4 }), seen(earlier)))).toEqual(['sick']);
  });

  it('make room where there is none', () => {
    const one = service({ desiredCount: 1, maximumPercent: 100 });
    expect(stopped(plan(one, seen([sick()])))).toEqual(['sick']);
    expect(stopped(plan(service({ desiredCount: 1 }), seen([sick()], { cramped: true })))).toEqual(['sick']);
  });
});

describe('scaling', () => {
  it('starts what is missing', () => {
    expect(plan(service({ desiredCount: 5 }), seen(many(2)))).toMatchObject({
      start: { count: 3 },
      stop: [],
    });
  });

  it('in keeps the zones balanced, and takes first what is of no use yet', () => {
    const tasks = [task('1', 'a1'), task('2', 'a1'), task('3', 'b1'), task('4', 'c1')];
    expect(plan(service({ desiredCount: 3 }), seen(tasks)).stop).toEqual([
      { task: '1', reason: scaling('1') },
    ]);
    const more = [...tasks, task('5', 'b1', young), task('6', 'c1', pending)];
    expect(stopped(plan(service({ desiredCount: 3 }), seen(more)))).toEqual(['6', '5', '1']);
  });

  it('in takes what is on a host that is away before what is known to work', () => {
    const tasks = [task('1', 'a1'), task('2', 'a1'), task('3', 'b1'), task('4', 'b1')];
    const hosts = [host('b1', { awaySince: NOW - 1000 })];
    expect(stopped(plan(service({ desiredCount: 2 }), seen(tasks, { hosts })))).toEqual(['3', '4']);
    const begun = [task('1', 'a1', young), task('2', 'b1')];
    expect(
      stopped(plan(service({ desiredCount: 1, minimumHealthyPercent: 0 }), seen(begun, { hosts }))),
    ).toEqual(['2']);
  });

  it('in leaves what is protected, and the lower bound', () => {
    const tasks = [
      task('1', 'a1', { protectedUntil: NOW + 1 }),
      task('2', 'a1', { protectedUntil: NOW + 1 }),
    ];
    expect(plan(service({ desiredCount: 1 }), seen(tasks))).toMatchObject({ stop: [], wakeAt: NOW + 1 });
    const kept = [...tasks.slice(0, 1), task('3', 'b1'), task('4', 'b2', pending)];
    expect(stopped(plan(service({ desiredCount: 2 }), seen(kept)))).toEqual(['4']);
  });
});

describe('hosts', () => {
  it('that drain: what is PENDING stops at once, what runs when its replacement is healthy', () => {
    const hosts = [host('a1', { draining: true })];
    const tasks = [task('runs', 'a1'), task('waits', 'a1', pending)];
    const first = plan(service(), seen(tasks, { hosts }));
    expect(first.start.count).toBe(2);
    expect(first.stop).toEqual([{ task: 'waits', reason: stopReasons.draining }]);
    const next = [task('runs', 'a1'), task('1', 'b1'), task('2', 'c1', young)];
    expect(stopped(plan(service(), seen(next, { hosts })))).toEqual([]);
    expect(stopped(plan(service(), seen(next, { hosts }), NOW + 1))).toEqual(['runs']);
  });

  it('that are away for a short time change nothing', () => {
    const tasks = [task('1', 'a1'), task('2', 'b1')];
    const hosts = [host('a1', { awaySince: NOW - 2 * MINUTE + 1 })];
    expect(plan(service(), seen(tasks, { hosts }))).toMatchObject({
      start: { count: 0 },
      stop: [],
      lost: [],
      wakeAt: NOW + 1,
    });
  });

  it('that are given up have their tasks replaced elsewhere', () => {
    const tasks = [task('1', 'a1'), task('2', 'b1')];
    const hosts = [host('a1', { awaySince: NOW - 2 * MINUTE })];
    expect(plan(service(), seen(tasks, { hosts }))).toMatchObject({
      start: { count: 1 },
      stop: [],
      lost: ['1'],
    });
    const replaced = [task('1', 'a1', { wasLost: true }), task('2', 'b1'), task('3', 'c1')];
    expect(plan(service(), seen(replaced, { hosts }))).toMatchObject({ stop: [], lost: [], steady: true });
  });

  it('that are given up are waited for when so many vanish that it is us', () => {
    const hosts = [host('a1', { awaySince: NOW - 60 * MINUTE })];
    const tasks = [task('1', 'a1'), task('2', 'b1')];
    expect(plan(service(), seen(tasks, { hosts, frozen: true }))).toMatchObject({
      start: { count: 0 },
      lost: [],
      wakeAt: undefined,
    });
    // What was replaced before is not counted on again.
    const replaced = [task('1', 'a1', { wasLost: true }), task('2', 'b1'), task('3', 'c1')];
    expect(plan(service(), seen(replaced, { hosts, frozen: true }))).toMatchObject({
      stop: [],
      steady: true,
    });
  });

  it('that return: what was replaced stops, never its replacement first', () => {
    const back = task('back', 'a1', { wasLost: true });
    const starting = [back, task('2', 'b1'), task('3', 'c1', pending)];
    // All that is healthy is needed until the replacement is.
    expect(plan(service(), seen(starting))).toMatchObject({ start: { count: 0 }, stop: [] });
    const running = [back, task('2', 'b1'), task('3', 'c1')];
    expect(plan(service(), seen(running)).stop).toEqual([{ task: 'back', reason: stopReasons.moved }]);
    const three = ['1', '2', '3'].map((id) => task(id, 'a1', { wasLost: true }));
    const next = ['4', '5', '6'].map((id) => task(id, 'b1', pending));
    const half = service({ desiredCount: 3, minimumHealthyPercent: 50 });
    expect(plan(half, seen([...three, ...next])).stop).toHaveLength(1);
    const begun = task('back', 'a1', { ...young, wasLost: true });
    expect(plan(service({ desiredCount: 1 }), seen([begun, task('3', 'c1', pending)])).stop).toEqual([]);
    // Nothing had a place: it is as good as any.
    expect(plan(service(), seen([back, task('2', 'b1')]))).toMatchObject({ stop: [], steady: true });
  });
});

it('replaces what is asked to move, within the percentages', () => {
  const tasks = [task('1', 'a1', { evicted: true }), task('2', 'b1')];
  expect(plan(service(), seen(tasks))).toMatchObject({ start: { count: 1 }, stop: [] });
  expect(plan(service(), seen([...tasks, task('3', 'c1')])).stop).toEqual([
    { task: '1', reason: stopReasons.moved },
  ]);
  const half = service({ minimumHealthyPercent: 50, maximumPercent: 100 });
  expect(stopped(plan(half, seen(tasks)))).toEqual(['1']);
});

it('gives each stop its own reason', () => {
  const hosts = [host('a1', { draining: true })];
  const tasks = [...newer(4), task('1', 'a1', pending), task('2', 'b1', pending)];
  expect(plan(updating(), seen(tasks, { hosts })).stop.slice(-2)).toEqual([
    { task: '1', reason: stopReasons.draining },
    { task: '2', reason: scaling('2') },
  ]);
});
