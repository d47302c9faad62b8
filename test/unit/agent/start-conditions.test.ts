import { describe, expect, it } from 'vitest';
import { nextStep, type Progress } from '../../../src/lib/agent/start-conditions.js';
import { dependants, startOrder } from '../../../src/lib/agent/start-order.js';
import type { ContainerCondition, ContainerDefinition } from '../../../src/lib/api/types.js';

const now = 1_000_000;

/** The step of `web`, which depends on `db`, by what is known of `db`. */
function stepOf(condition: ContainerCondition, db: Progress, startTimeout?: number) {
  const web: ContainerDefinition = { name: 'web', dependsOn: [{ containerName: 'db', condition }] };
  const definitions = new Map([
    ['web', web],
    ['db', { name: 'db', startTimeout }],
  ]);
  return nextStep(web, definitions, new Map([['db', db]]), now);
}

const dependency =
  'CannotStartContainerError: dependency graph: container ordering dependency [db] for target [web]';
const start = { kind: 'start' };
const never = (why: string) => ({ kind: 'never', reason: `${dependency} ${why}` });
const wait = (condition: ContainerCondition, until = Infinity) => ({
  kind: 'wait',
  for: [{ container: 'db', condition }],
  until,
});

describe('nextStep', () => {
  it.each<[ContainerCondition, Progress, object]>([
    ['START', { state: 'waiting' }, wait('START')],
    ['START', { state: 'up' }, start],
    ['START', { state: 'ended', exitCode: 1 }, start],
    ['START', { state: 'never' }, never('will never start')],
    ['COMPLETE', { state: 'up' }, wait('COMPLETE')],
    ['COMPLETE', { state: 'ended', exitCode: 1 }, start],
    ['COMPLETE', { state: 'ended' }, never('ended, nobody knows how')],
    ['SUCCESS', { state: 'up' }, wait('SUCCESS')],
    ['SUCCESS', { state: 'ended', exitCode: 0 }, start],
    ['SUCCESS', { state: 'ended', exitCode: 3 }, never('did not exit successfully (exit code 3)')],
    ['SUCCESS', { state: 'ended' }, never('did not exit successfully')],
    ['HEALTHY', { state: 'waiting' }, wait('HEALTHY')],
    ['HEALTHY', { state: 'up', health: 'starting' }, wait('HEALTHY')],
    [
      'HEALTHY',
      { state: 'up', health: 'unhealthy' },
      { ...wait('HEALTHY'), for: [{ container: 'db', condition: 'HEALTHY', isUnhealthy: true }] },
    ],
    ['HEALTHY', { state: 'up', health: 'healthy' }, start],
    ['HEALTHY', { state: 'ended', exitCode: 0 }, never('ended before it was healthy (exit code 0)')],
  ])('%s, %j', (condition, db, step) => {
    expect(stepOf(condition, db)).toEqual(step);
  });

  it('waits as long as startTimeout says from the start of the container that is waited for', () => {
    const startedAt = now - 30_000;
    expect(stepOf('HEALTHY', { state: 'up', startedAt }, 30)).toEqual(wait('HEALTHY', now));
    expect(stepOf('HEALTHY', { state: 'up', startedAt }, 29)).toEqual(
      never('has timed out: it was not healthy within its startTimeout'),
    );
    expect(stepOf('COMPLETE', { state: 'up', startedAt }, 29)).toMatchObject({ kind: 'never' });
    expect(stepOf('START', { state: 'waiting' }, 1)).toEqual(wait('START'));
    expect(stepOf('SUCCESS', { state: 'ended', exitCode: 0, startedAt }, 1)).toEqual(start);
  });

  it('needs all of its conditions, links too, and waits until the first time limit', () => {
    const web = {
      name: 'web',
      links: ['app:backend'],
      dependsOn: [
        { containerName: 'db', condition: 'HEALTHY' as const },
        { containerName: 'setup', condition: 'SUCCESS' as const },
      ],
    };
    const definitions = new Map<string, ContainerDefinition>([
      ['app', {}],
      ['db', { startTimeout: 60 }],
      ['setup', { startTimeout: 10 }],
    ]);
    const progress = new Map<string, Progress>([
      ['app', { state: 'waiting' }],
      ['db', { state: 'up', startedAt: now }],
      ['setup', { state: 'up', startedAt: now }],
    ]);
    expect(nextStep(web, definitions, progress, now)).toEqual({
      kind: 'wait',
      for: [
        { container: 'app', condition: 'START' },
        { container: 'db', condition: 'HEALTHY' },
        { container: 'setup', condition: 'SUCCESS' },
      ],
      until: now + 10_000,
    });
  });
});

describe('the order of containers', () => {
  const web = { name: 'web', dependsOn: [{ containerName: 'app', condition: 'START' as const }] };
  const app = { name: 'app', volumesFrom: [{ sourceContainer: 'data' }], links: ['db'] };
  const containers = [web, app, { name: 'db' }, { name: 'data' }, { name: 'log' }];

  it('follows dependsOn, links and volumesFrom, otherwise the definition', () => {
    expect(startOrder(containers)?.map(({ name }) => name)).toEqual(['db', 'data', 'app', 'web', 'log']);
    expect(startOrder([{ ...app, links: ['app'] }])).toBeUndefined();
  });

  it('is the other way round at the stop', () => {
    const needing = dependants(containers);
    expect(Object.fromEntries(needing)).toEqual({ app: ['web'], db: ['app'], data: ['app'] });
    expect(dependants([{ ...app, links: ['app'] }]).size).toBe(0);
  });
});
