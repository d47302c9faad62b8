import { describe, expect, it } from 'vitest';
import { foreignUsage, judge, viewOf, type Claim } from '../../../src/lib/agent/claims.js';
import { containerLabels } from '../../../src/lib/agent/labels.js';
import type { TaskResources } from '../../../src/lib/agent/types.js';
import type { ContainerSummary } from '../../../src/lib/hosts/container-types.js';
import { taskSpec } from './task-spec.js';

const capacity = { cpu: 1024, memory: 1000, gpus: 1 };

describe('judge', () => {
  it('grants what fits beside everything seen', () => {
    const view = { claims: [claim('a', { memory: 500 }), claim('b', { memory: 500 })], unlabelled: [] };
    expect(judge(view, 'a', capacity, all)).toEqual({ kind: 'granted' });
    expect(judge(view, 'b', capacity, all)).toEqual({ kind: 'granted' });
  });

  it('withdraws the later of two claims, and lets the earlier wait for that', () => {
    const view = { claims: [claim('a', { memory: 600 }), claim('b', { memory: 600 })], unlabelled: [] };
    expect(judge(view, 'a', capacity, all)).toMatchObject({ kind: 'wait', for: ['b'] });
    expect(judge(view, 'b', capacity, all)).toEqual({
      kind: 'withdraw',
      shortage: { reason: 'RESOURCE:MEMORY', detail: 'needs 600 MiB of memory, 400 of 1000 are free' },
    });
  });

  it('counts started claims first, whenever they were made', () => {
    const later = claim('b', { memory: 600, created: 9, started: true });
    const view = { claims: [claim('a', { memory: 600 }), later], unlabelled: [] };
    expect(judge(view, 'a', capacity, all).kind).toBe('withdraw');
  });

  it('does not let a doomed claim take the room of a smaller one behind it', () => {
    const claims = [claim('a', { memory: 600 }), claim('b', { memory: 600 }), claim('c', { memory: 400 })];
    expect(judge({ claims, unlabelled: [] }, 'c', capacity, all)).toMatchObject({ kind: 'wait', for: ['b'] });
    expect(judge({ claims: [claims[0]!, claims[2]!], unlabelled: [] }, 'c', capacity, all).kind).toBe(
      'granted',
    );
  });

  it('does not wait for claims that came after its own first listing', () => {
    const view = { claims: [claim('a', { memory: 600 }), claim('b', { memory: 600 })], unlabelled: [] };
    expect(judge(view, 'a', capacity, new Set(['a'])).kind).toBe('granted');
  });

  it('orders claims of one second by task id, whatever the order of the listing', () => {
    const claims = [claim('b', { memory: 600, created: 5 }), claim('a', { memory: 600, created: 5 })];
    expect(judge({ claims, unlabelled: [] }, 'a', capacity, all).kind).toBe('wait');
    expect(judge({ claims, unlabelled: [] }, 'b', capacity, all).kind).toBe('withdraw');
  });

  it('names CPU, memory, GPUs or ports, whichever lacks first', () => {
    const taken = claim('a', {
      cpu: 1000,
      memory: 900,
      gpus: 1,
      gpuIds: [1],
      ports: ['tcp/80'],
      started: true,
    });
    const reason = (need: Partial<TaskResources>) => {
      const verdict = judge({ claims: [taken, claim('b', need)], unlabelled: [] }, 'b', capacity, all);
      return verdict.kind === 'withdraw' ? verdict.shortage.reason : verdict.kind;
    };
    expect(reason({ cpu: 100, memory: 200 })).toBe('RESOURCE:CPU');
    expect(reason({ memory: 200 })).toBe('RESOURCE:MEMORY');
    expect(reason({ gpus: 1 })).toBe('RESOURCE:GPU');
    expect(reason({ gpuIds: [0, 1] })).toBe('RESOURCE:GPU');
    expect(reason({ gpuIds: [0, 2] })).toBe('granted');
    expect(reason({ ports: ['tcp/80', 'tcp/81'] })).toBe('RESOURCE:PORTS');
    expect(reason({ ports: ['udp/80'] })).toBe('granted');
    expect(reason({ cpu: 24, memory: 100 })).toBe('granted');
  });

  it('does not refuse what needs nothing of a resource that others overdraw', () => {
    const view = {
      claims: [claim('b', { memory: 1 })],
      unlabelled: [{ id: 'x', resources: use({ cpu: 5000 }), addresses: [] }],
    };
    expect(judge(view, 'b', capacity, all).kind).toBe('granted');
  });

  it('tells that the claim itself is gone', () => {
    expect(judge({ claims: [], unlabelled: [] }, 'a', capacity, all).kind).toBe('vanished');
  });
});

describe('viewOf', () => {
  const spec = taskSpec({ id: 'f'.repeat(32), resources: { cpu: 1, memory: 2, gpus: 0, ports: ['tcp/80'] } });
  const labelled = (state: ContainerSummary['state'], created = 10, container = 'main') =>
    summary({ state, created, labels: containerLabels(spec, container, container === 'main') });
  const noLimits = () => undefined;

  it('counts a task once, from its first container, as started when any runs', () => {
    const { claims } = viewOf([labelled('created', 12), labelled('running', 11, 'side')], noLimits);
    expect(claims).toHaveLength(1);
    expect(claims[0]).toMatchObject({
      taskId: spec.id,
      created: 11,
      started: true,
      resources: spec.resources,
    });
  });

  it('knows what a task takes from any of its containers', () => {
    expect(viewOf([labelled('paused', 10, 'side')], noLimits).claims[0]?.resources).toEqual(spec.resources);
  });

  it('leaves out what has ended', () => {
    expect(viewOf([labelled('exited'), summary({ state: 'exited' })], noLimits)).toEqual({
      claims: [],
      unlabelled: [],
    });
  });

  it('holds what a task takes while one container has ended and the next has not begun', () => {
    const now = summary({ state: 'running', created: 10_000 });
    const between = viewOf([labelled('exited', 10, 'setup'), labelled('created'), now], noLimits);
    expect(between.claims).toMatchObject([{ taskId: spec.id, started: true }]);
    expect(viewOf([labelled('created'), now], noLimits).claims).toEqual([]);
  });

  it('counts limits and published ports of running containers without our labels', () => {
    const ports: ContainerSummary['ports'] = [
      { ip: '0.0.0.0', privatePort: 80, publicPort: 8080, type: 'tcp' },
      { ip: '::', privatePort: 80, publicPort: 8080, type: 'tcp' },
      { privatePort: 443, type: 'tcp' },
    ];
    const listing = [summary({ id: 'x', state: 'running', ports }), summary({ id: 'y', state: 'created' })];
    const view = viewOf(listing, () => ({ cpu: 512, memory: 100 }));
    expect(view.unlabelled).toEqual([
      { id: 'x', addresses: [], resources: { cpu: 512, memory: 100, gpus: 0, ports: ['tcp/8080'] } },
    ]);
  });

  it('takes containers with unreadable labels of ours for foreign ones', () => {
    const labels = { 'longshore.task-id': 'x', 'longshore.resources': '{' };
    expect(viewOf([summary({ state: 'running', labels })], noLimits).unlabelled).toHaveLength(1);
  });

  it('forgets claims that were never started when newer containers show that five minutes have passed', () => {
    const old = labelled('created', 1000);
    expect(viewOf([old, summary({ state: 'running', created: 1299 })], noLimits).claims).toHaveLength(1);
    expect(viewOf([old, summary({ state: 'running', created: 1301 })], noLimits).claims).toHaveLength(0);
    const running = { ...old, state: 'running' as const };
    expect(viewOf([running, summary({ state: 'running', created: 9999 })], noLimits).claims).toHaveLength(1);
  });
});

describe('foreignUsage', () => {
  it('adds up what others take, but not what is about to go', () => {
    const claims = [
      claim('own', { memory: 100, started: true }),
      claim('other', { memory: 300, cpu: 10, ports: ['tcp/80'], started: true }),
      claim('pending', { memory: 500 }),
      claim('doomed', { memory: 900, created: 99 }),
    ];
    const unlabelled = [
      { id: 'x', resources: use({ memory: 50, ports: ['tcp/80', 'udp/53'] }), addresses: ['10.0.0.7'] },
    ];
    expect(foreignUsage({ claims, unlabelled }, capacity, (id) => id === 'own')).toEqual({
      cpu: 10,
      memory: 850,
      gpus: 0,
      ports: ['tcp/80', 'udp/53'],
      containers: ['container-other', 'container-pending', 'x'],
      addresses: ['10.0.0.7'],
    });
  });
});

const all = { has: () => true } as unknown as ReadonlySet<string>;

function use(some: Partial<TaskResources>): TaskResources {
  return { cpu: 0, memory: 0, gpus: 0, ports: [], ...some };
}

function claim(taskId: string, some: Partial<TaskResources & Pick<Claim, 'created' | 'started'>>): Claim {
  const { created = taskId.charCodeAt(0), started = false, ...resources } = some;
  return {
    taskId,
    created,
    started,
    resources: use(resources),
    containers: [`container-${taskId}`],
    addresses: [],
  };
}

function summary(some: Partial<ContainerSummary>): ContainerSummary {
  const created = 10;
  return {
    id: 'id',
    names: [],
    image: '',
    imageId: '',
    created,
    state: 'running',
    status: '',
    labels: {},
    ports: [],
    addresses: [],
    ...some,
  };
}
