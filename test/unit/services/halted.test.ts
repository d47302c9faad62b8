import { describe, expect, it } from 'vitest';
import { startedDeployment } from '../../../src/lib/services/halted.js';
import { failDeployment } from '../../../src/lib/services/rollout.js';
import { stopReasons } from '../../../src/lib/services/texts.js';
import type { Service } from '../../../src/lib/services/types.js';
import { earlier, host, NOW, plan, rollout, seen, service, stopped, task } from './builders.js';

const halted = (rest: Partial<Service> = {}, deployments = [rollout('2'), earlier('1')]): Service =>
  failDeployment(service({ deployments, ...rest }), false, 'user', NOW - 1000).service;
const old = (id: string, on: string) => task(id, on);
const newer = (id: string, on: string) => task(id, on, { deployment: 'ecs-svc/2' });
const both = [old('1', 'a1'), old('2', 'b1'), newer('3', 'a1'), newer('4', 'b1')];

describe('a deployment that a user has stopped where it was', () => {
  it('leaves the tasks of both versions as they are', () => {
    expect(plan(halted(), seen(both))).toMatchObject({ start: { count: 0 }, stop: [] });
    expect(plan(halted({ desiredCount: 4 }), seen(both))).toMatchObject({ start: { count: 0 }, stop: [] });
  });

  it('has what lacks started of the last deployment that had completed', () => {
    const four = halted({ desiredCount: 4 });
    expect(plan(four, seen(both.slice(1))).start.count).toBe(1);
    expect(startedDeployment(four)?.id).toBe('ecs-svc/1');
    const drains = seen(both, { hosts: [host('a1', { draining: true })] });
    expect(plan(four, drains)).toMatchObject({ start: { count: 2 }, stop: [] });
  });

  it('pauses when what it starts fails', () => {
    const ended = {
      id: 'x',
      deployment: 'ecs-svc/1',
      instance: 'a1',
      createdAt: NOW - 1000,
      stoppedAt: NOW,
      cause: 'itself' as const,
      reason: '',
    };
    const { start, service: after } = plan(
      halted({ desiredCount: 4 }),
      seen(both.slice(1), { ended: [ended] }),
    );
    expect(start.count).toBe(0);
    expect(after.setbacks).toEqual({ rounds: 1, until: NOW + 1000 });
  });

  it('starts nothing where nothing had completed before', () => {
    const first = halted({}, [rollout('2')]);
    expect(plan(first, seen([newer('1', 'a1')]))).toMatchObject({ start: { count: 0 }, stop: [] });
  });

  it('is scaled in no further than to the upper bound', () => {
    const one = plan(halted({ desiredCount: 1 }), seen(both));
    expect(one.stop.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 2 }, () => stopReasons.scaling('ecs-svc/2')),
    );
    expect(stopped(plan(halted({ desiredCount: 0 }), seen(both)))).toHaveLength(4);
  });

  it('of a DAEMON leaves each host its task, and fills those that lack one', () => {
    const daemon = halted({ scheduling: 'DAEMON', minimumHealthyPercent: 0, maximumPercent: 100 });
    const tasks = [old('1', 'a1'), newer('2', 'b1')];
    const what = seen(tasks, { hosts: [host('c1')], eligible: ['a1', 'b1', 'c1'] });
    expect(plan(daemon, what)).toMatchObject({ start: { count: 1, on: ['c1'] }, stop: [] });
  });

  it('is none that failed by itself', () => {
    const failed = failDeployment(
      service({ deployments: [rollout('2'), earlier('1')] }),
      false,
      'breaker',
      NOW,
    ).service;
    expect(startedDeployment(failed)).toBeUndefined();
    expect(stopped(plan(failed, seen(both)))).toEqual(['1', '2']);
  });
});
