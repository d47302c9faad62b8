import { describe, expect, it } from 'vitest';
import { defaultThreshold } from '../../../src/lib/services/breaker.js';
import { beginDeployment, departed } from '../../../src/lib/services/rollout.js';
import { stopReasons } from '../../../src/lib/services/texts.js';
import type {
  Breaker,
  Deployment,
  EndedTask,
  Service,
  ServiceHost,
  ServiceTask,
} from '../../../src/lib/services/types.js';
import { earlier, host, NOW, plan, rollout, seen, service, stopped, task } from './builders.js';

const breaker = (rest: Partial<Breaker> = {}): Breaker => ({
  threshold: defaultThreshold,
  rollback: false,
  resetOnHealthyTask: true,
  ...rest,
});
const failed = (count: number, rest: Partial<EndedTask> = {}): EndedTask[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `failed${i}`,
    deployment: 'ecs-svc/2',
    instance: 'a1',
    createdAt: NOW - 1000,
    stoppedAt: NOW,
    cause: 'itself',
    reason: '',
    ...rest,
  }));
const old = [task('1', 'a1'), task('2', 'b1')];
const updating = (rest: Partial<Deployment> = {}): Service =>
  service({ deployments: [rollout('2', rest), earlier('1')] });
const newer = (rest: Partial<ServiceTask> = {}) => task('new', 'c1', { deployment: 'ecs-svc/2', ...rest });

describe('the row of failed tasks', () => {
  const rowOf = (
    ended: readonly EndedTask[],
    tasks: readonly ServiceTask[] = old,
    before: Partial<Deployment> = {},
  ) =>
    plan(updating({ failedTasks: 2, ...before }), seen(tasks, { ended })).service.deployments[0]?.failedTasks;

  it('grows with each that did not start or ended soon, of this deployment alone', () => {
    expect(rowOf(failed(2))).toBe(4);
    expect(rowOf(failed(1, { startedAt: NOW - 1000 }))).toBe(3);
    expect(rowOf(failed(1, { startedAt: NOW - 60_000 }))).toBe(2);
    expect(rowOf(failed(1, { deployment: 'ecs-svc/1' }))).toBe(2);
    expect(rowOf(failed(1, { cause: 'asked' }))).toBe(2);
  });

  it('grows with a start that failed through its host, where that was there all the while', () => {
    const row = (state: Partial<ServiceHost>) =>
      plan(
        updating({ failedTasks: 2 }),
        seen(old, { ended: failed(1, { cause: 'start', instance: 'c1' }), hosts: [host('c1', state)] }),
      ).service.deployments[0]?.failedTasks;
    expect(row({ thereSince: NOW - 1000 })).toBe(3);
    expect(row({ thereSince: NOW - 999 })).toBe(2);
    expect(row({ awaySince: NOW })).toBe(2);
  });

  it('grows with each whose health checks fail, which is stopped', () => {
    const tasks = [...old, newer({ health: 'UNHEALTHY' })];
    expect(rowOf([], tasks)).toBe(3);
    expect(stopped(plan(updating(), seen(tasks)))).toEqual(['new']);
  });

  it('ends with one healthy task more than before, where that is wanted', () => {
    expect(rowOf([], [...old, newer()])).toBe(0);
    expect(rowOf(failed(1), [...old, newer()])).toBe(1);
    expect(rowOf([], [...old, newer()], { mostHealthy: 1 })).toBe(2);
    expect(rowOf([], [...old, newer()], { breaker: breaker({ resetOnHealthyTask: false }) })).toBe(2);
  });
});

describe('the circuit breaker', () => {
  it('trips at the threshold, not before', () => {
    const state = (count: number) =>
      plan(updating({ breaker: breaker() }), seen(old, { ended: failed(count) })).service.deployments[0]
        ?.rolloutState;
    expect(state(2)).toBe('IN_PROGRESS');
    expect(state(3)).toBe('FAILED');
    const none = plan(updating(), seen(old, { ended: failed(500) }));
    expect(none.service.deployments[0]?.rolloutState).toBe('IN_PROGRESS');
  });

  it('leaves the old tasks alone and starts nothing any more', () => {
    const {
      start,
      stop,
      events,
      service: after,
    } = plan(updating({ breaker: breaker() }), seen(old, { ended: failed(3) }));
    expect({ start, stop }).toEqual({ start: { count: 0 }, stop: [] });
    expect(events.slice(1)).toEqual([
      '(service web) (deployment ecs-svc/2) deployment failed: tasks failed to start.',
    ]);
    expect(after.deployments).toMatchObject([
      {
        id: 'ecs-svc/2',
        status: 'PRIMARY',
        rolloutState: 'FAILED',
        tripped: true,
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
        outcome: 'STOPPED',
        finishedAt: NOW,
      },
      { id: 'ecs-svc/1', status: 'ACTIVE', rolloutState: 'COMPLETED' },
    ]);
    // Tasks whose health checks fail stop as before.
    expect(stopped(plan(after, seen([...old, newer({ health: 'UNHEALTHY' })])))).toEqual(['new']);
    // One that dies isn't replaced either, nor is room made for it.
    const half = { ...after, minimumHealthyPercent: 0, maximumPercent: 100 };
    expect(plan(half, seen(old.slice(1)))).toMatchObject({ start: { count: 0 }, stop: [] });
    expect(stopped(plan({ ...half, desiredCount: 1 }, seen(old)))).toHaveLength(1);
  });

  it.each(['REPLICA', 'DAEMON'] as const)(
    'says why the task stops whose health checks trip it, rolled back or not: %s',
    (scheduling) => {
      const tasks = [task('1', 'a1'), newer({ health: 'UNHEALTHY' })];
      for (const rollback of [true, false]) {
        const failFast = breaker({ rollback, threshold: { type: 'COUNT', value: 1 } });
        const { stop, events } = plan(
          { ...updating({ breaker: failFast }), scheduling },
          seen(tasks, { eligible: ['a1', 'c1'] }),
        );
        expect(stop).toEqual([{ task: 'new', reason: stopReasons.unhealthy }]);
        expect(events).toContain('(service web) (task new) failed container health checks.');
        expect(events).toContain(
          '(service web) (deployment ecs-svc/2) deployment failed: tasks failed to start.',
        );
      }
    },
  );

  it('rolls back to the last deployment that had completed, which is PRIMARY again', () => {
    const tasks = [...old.slice(0, 1), newer({ lastStatus: 'PENDING' })];
    const {
      start,
      stop,
      events,
      service: after,
    } = plan(
      service({
        deployments: [
          rollout('2', { breaker: breaker({ rollback: true }) }),
          rollout('0', { status: 'ACTIVE' }),
          earlier('1', { breaker: breaker(), mostHealthy: 2 }),
        ],
        setbacks: { rounds: 9, until: NOW + 60_000 },
      }),
      seen(tasks, { ended: failed(3) }),
    );
    expect(start.count).toBe(1);
    expect(stop.map(({ task: id }) => id)).toEqual(['new']);
    expect(events.slice(1, 3)).toEqual([
      '(service web) (deployment ecs-svc/2) deployment failed: tasks failed to start.',
      '(service web) rolling back to deployment ecs-svc/1: deployment ecs-svc/2 failed.',
    ]);
    expect(after.deployments).toMatchObject([
      {
        id: 'ecs-svc/1',
        status: 'PRIMARY',
        rolloutState: 'IN_PROGRESS',
        rolloutStateReason: 'ECS deployment ecs-svc/1 in progress.',
        mostHealthy: 0,
      },
      {
        id: 'ecs-svc/2',
        status: 'ACTIVE',
        rolloutState: 'FAILED',
        rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
        outcome: 'ROLLBACK_IN_PROGRESS',
        rollback: { to: 'ecs-svc/1', startedAt: NOW },
      },
    ]);
    expect(after.deployments[0]?.breaker).toEqual(breaker({ rollback: false }));
    const end = plan(after, seen(old)).service;
    expect(end.deployments).toMatchObject([
      { id: 'ecs-svc/1', status: 'PRIMARY', rolloutState: 'COMPLETED' },
    ]);
    expect(departed(after, end, NOW)).toMatchObject([{ id: 'ecs-svc/2', outcome: 'ROLLBACK_SUCCESSFUL' }]);
  });

  describe('on the way back', () => {
    const rolling = (rest: Partial<Breaker> = {}) =>
      plan(updating({ breaker: breaker({ rollback: true, ...rest }) }), seen([], { ended: failed(3) }))
        .service;
    const dead = (count: number) => failed(count, { deployment: 'ecs-svc/1' });

    it('ends both deployments as failed where tasks fail again, and starts nothing any more', () => {
      const { service: after, start, events } = plan(rolling(), seen(old.slice(1), { ended: dead(3) }));
      expect(start.count).toBe(0);
      expect(events).toEqual([
        '(service web) (deployment ecs-svc/1) deployment failed: tasks failed to start.',
        '(service web) rolling back to deployment ecs-svc/1 failed: tasks failed to start. Nothing is started until the service is updated.',
      ]);
      const reason =
        'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1 failed: tasks failed to start.';
      expect(after.deployments).toMatchObject([
        {
          id: 'ecs-svc/1',
          status: 'PRIMARY',
          rolloutState: 'FAILED',
          rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
          outcome: 'SUCCESSFUL',
        },
        {
          id: 'ecs-svc/2',
          rolloutState: 'FAILED',
          rolloutStateReason: reason,
          outcome: 'ROLLBACK_FAILED',
          outcomeReason: reason,
          finishedAt: NOW,
        },
      ]);
      // The next update has it to go back to.
      const next = beginDeployment(after, { id: 'ecs-svc/3', breaker: breaker({ rollback: true }) }, NOW);
      const again = plan(next, seen([], { ended: failed(3, { deployment: 'ecs-svc/3' }) })).service;
      expect(again.deployments[0]).toMatchObject({ id: 'ecs-svc/1', rolloutState: 'IN_PROGRESS' });
    });

    it('is not as strict as a deployment that is to fail fast', () => {
      const fast = rolling({ threshold: { type: 'COUNT', value: 1 } });
      const stateAfter = (count: number) =>
        plan(fast, seen(old.slice(1), { ended: dead(count) })).service.deployments[0]?.rolloutState;
      expect(stateAfter(2)).toBe('IN_PROGRESS');
      expect(stateAfter(3)).toBe('FAILED');
    });
  });

  it('has nothing to go back to where nothing had completed', () => {
    const first = service({ deployments: [rollout('2', { breaker: breaker({ rollback: true }) })] });
    const after = plan(first, seen([], { ended: failed(3) })).service;
    expect(after.deployments).toMatchObject([
      { id: 'ecs-svc/2', rolloutState: 'FAILED', outcome: 'ROLLBACK_FAILED', finishedAt: NOW },
    ]);
    expect(after.deployments).toHaveLength(1);
  });

  it('goes back to what was being rolled back to, when an update in between fails as well', () => {
    const rolling = plan(
      updating({ breaker: breaker({ rollback: true }) }),
      seen([], { ended: failed(3) }),
    ).service;
    const next = beginDeployment(rolling, { id: 'ecs-svc/3', breaker: breaker({ rollback: true }) }, NOW);
    expect(next.deployments[2]).toMatchObject({ id: 'ecs-svc/2', outcome: 'STOPPED' });
    const after = plan(next, seen([], { ended: failed(3, { deployment: 'ecs-svc/3' }) })).service;
    expect(after.deployments[0]).toMatchObject({ id: 'ecs-svc/1', status: 'PRIMARY' });
    expect(after.deployments[1]).toMatchObject({ id: 'ecs-svc/3', outcome: 'ROLLBACK_IN_PROGRESS' });
  });

  it('has no say when the rollout is complete', () => {
    const complete = service({ deployments: [earlier('2', { status: 'PRIMARY', breaker: breaker() })] });
    expect(plan(complete, seen([], { ended: failed(50) })).service.deployments[0]?.rolloutState).toBe(
      'COMPLETED',
    );
  });
});

describe('a deployment', () => {
  it('begins anew: those before it are on their way out, and nothing is throttled', () => {
    const next = beginDeployment(
      { ...updating(), setbacks: { rounds: 5, until: NOW + 1 } },
      { id: 'ecs-svc/3' },
      NOW,
    );
    expect(next.setbacks).toBeUndefined();
    expect(next.deployments).toMatchObject([
      {
        id: 'ecs-svc/3',
        status: 'PRIMARY',
        rolloutState: 'IN_PROGRESS',
        rolloutStateReason: 'ECS deployment ecs-svc/3 in progress.',
        failedTasks: 0,
      },
      {
        id: 'ecs-svc/2',
        status: 'ACTIVE',
        outcome: 'STOPPED',
        outcomeReason: 'Replaced by deployment ecs-svc/3.',
      },
      { id: 'ecs-svc/1', status: 'ACTIVE', rolloutState: 'COMPLETED', outcome: 'SUCCESSFUL' },
    ]);
  });

  it('that was replaced leaves with its last task, but not the one to go back to', () => {
    const deployments = [rollout('3'), rollout('2', { status: 'ACTIVE' }), earlier('1')];
    const ids = (tasks: readonly ServiceTask[]) =>
      plan(service({ deployments }), seen(tasks)).service.deployments.map(({ id }) => id);
    expect(ids([newer()])).toEqual(['ecs-svc/3', 'ecs-svc/2', 'ecs-svc/1']);
    expect(ids([])).toEqual(['ecs-svc/3', 'ecs-svc/1']);
  });

  it('completes without tasks on hosts that are given up, which stop when those return', () => {
    const tasks = [
      ...['n1', 'n2'].map((id) => task(id, 'b1', { deployment: 'ecs-svc/2' })),
      task('1', 'a1', { wasLost: true }),
    ];
    const hosts = [host('a1', { awaySince: NOW - 600_000 })];
    const { service: after, steady } = plan(updating(), seen(tasks, { hosts }));
    expect({ steady, count: after.deployments.length }).toEqual({ steady: true, count: 1 });
    expect(stopped(plan(after, seen(tasks)))).toEqual(['1']);
  });
});
