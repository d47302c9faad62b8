import { describe, expect, it } from 'vitest';
import type { ObservedContainer } from '../../../src/lib/agent/types.js';
import type { TaskRecord } from '../../../src/lib/engine/records.js';
import { foldTask, markStopped, requestStop } from '../../../src/lib/engine/task-life.js';

const NOW = 1_000_000;

function task(...names: string[]): TaskRecord {
  return {
    id: 'a'.repeat(32),
    cluster: 'default',
    instance: 'b'.repeat(32),
    family: 'web',
    revision: 1,
    definitionHash: '',
    group: 'family:web',
    launchType: 'EC2',
    desiredStatus: 'RUNNING',
    lastStatus: 'PENDING',
    version: 1,
    overrides: {},
    tags: [],
    resources: { cpu: 0, memory: 0, gpus: 0, ports: [] },
    bindings: {},
    createdAt: 0,
    containers: names.map((name) => ({
      name: name.replace('?', ''),
      image: 'i',
      essential: !name.endsWith('?'),
      cpu: 0,
      lastStatus: 'PENDING',
      networkBindings: [],
    })),
  };
}

function seen(
  containerName: string,
  state: ObservedContainer['state'],
  more: Partial<ObservedContainer> = {},
): ObservedContainer {
  return {
    taskId: 'a'.repeat(32),
    containerName,
    id: `id-${containerName}`,
    image: 'i',
    state,
    oomKilled: false,
    createdAt: 1,
    restartCount: 0,
    networkBindings: [],
    labels: {},
    ...more,
  };
}

describe('a task', () => {
  it('runs when all of its containers have started', () => {
    expect(foldTask(task('a', 'b'), [seen('a', 'running')], NOW).lastStatus).toBe('PENDING');
    const running = foldTask(
      task('a', 'b'),
      [seen('a', 'running', { startedAt: 5 }), seen('b', 'running', { startedAt: 7 })],
      NOW,
    );
    expect(running).toMatchObject({ lastStatus: 'RUNNING', startedAt: 7 });
  });

  it('stays as it is where nothing changed', () => {
    const containers = [seen('a', 'running', { startedAt: 5 })];
    const running = foldTask(task('a'), containers, NOW);
    expect(foldTask(running, containers, NOW + 1)).toEqual(running);
  });

  it('is STOPPING from the end of an essential container to the end of the last one', () => {
    const both = [seen('a', 'running', { startedAt: 5 }), seen('b', 'running', { startedAt: 5 })];
    const running = foldTask(task('a', 'b'), both, NOW);
    const stopping = foldTask(
      running,
      [seen('a', 'exited', { exitCode: 3, finishedAt: 50 }), both[1] as ObservedContainer],
      NOW,
    );
    expect(stopping).toMatchObject({
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPING',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
    });
    const ends = [
      seen('a', 'exited', { exitCode: 3, finishedAt: 50 }),
      seen('b', 'exited', { exitCode: 143, finishedAt: 60 }),
    ];
    expect(foldTask(stopping, ends, NOW)).toMatchObject({
      lastStatus: 'STOPPED',
      stoppedAt: 60,
      startedAt: 5,
    });
  });

  it('goes on when a container that is not essential ends', () => {
    const containers = [
      seen('a', 'running', { startedAt: 5 }),
      seen('b', 'exited', { exitCode: 0, startedAt: 5, finishedAt: 9 }),
    ];
    const running = foldTask(task('a', 'b?'), containers, NOW);
    expect(running).toMatchObject({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' });
    expect(running.containers[1]).toMatchObject({ lastStatus: 'STOPPED', exitCode: 0 });
  });

  it('says why a container ended', () => {
    const reasonOf = (more: Partial<ObservedContainer>) =>
      foldTask(task('a'), [seen('a', 'exited', more)], NOW).containers[0];
    expect(reasonOf({ exitCode: 137, oomKilled: true })).toMatchObject({
      exitCode: 137,
      oomKilled: true,
      reason: 'OutOfMemoryError: Container killed due to memory usage',
    });
    expect(reasonOf({ exitCode: 255, exitCodeUnknown: true })).toMatchObject({ reason: 'exit code unknown' });
    expect(reasonOf({ exitCode: 255, exitCodeUnknown: true })?.exitCode).toBeUndefined();
  });

  it('says how its last check failed where it had become unhealthy, and takes nothing of an end for its health', () => {
    const ended = (health: ObservedContainer['health']) => {
      const running = foldTask(task('a'), [seen('a', 'running', { startedAt: 5, health })], NOW);
      const end = { exitCode: 0, health: 'unhealthy', failedCheck: 'exit code 1: no' } as const;
      return foldTask(running, [seen('a', 'exited', end)], NOW).containers[0];
    };
    const reason = 'Health check failed: exit code 1: no';
    expect(ended('unhealthy')).toMatchObject({ healthStatus: 'UNHEALTHY', reason });
    expect(ended('healthy')).toMatchObject({ healthStatus: 'HEALTHY' });
    expect(ended('healthy')?.reason).toBeUndefined();
  });

  it('has ended where its container was removed, not where it is yet to come', () => {
    const running = foldTask(task('a'), [seen('a', 'running', { startedAt: 5 })], NOW);
    expect(foldTask(running, [], NOW)).toMatchObject({ lastStatus: 'STOPPED', stoppedAt: NOW });
    expect(foldTask(task('a'), [], NOW).lastStatus).toBe('PENDING');
  });

  it('runs while the engine starts one of its containers again, and counts how often', () => {
    const again = foldTask(task('a'), [seen('a', 'restarting', { startedAt: 5, restartCount: 2 })], NOW);
    expect(again).toMatchObject({
      lastStatus: 'RUNNING',
      containers: [{ lastStatus: 'RUNNING', restartCount: 2 }],
    });
    const ended = [
      seen('a', 'running', { startedAt: 5 }),
      seen('b', 'exited', { exitCode: 3, finishedAt: 9 }),
    ];
    const half = foldTask(task('a', 'b?'), ended, NOW);
    expect(half.containers[1]).toMatchObject({ lastStatus: 'STOPPED', exitCode: 3 });
    const up = foldTask(half, [seen('a', 'running'), seen('b', 'running', { startedAt: 12 })], NOW)
      .containers[1];
    expect(up).toMatchObject({ lastStatus: 'RUNNING', startedAt: 12 });
    expect(up).not.toHaveProperty('exitCode');
    expect(up).not.toHaveProperty('finishedAt');
  });

  it('knows what of its restarts is news, also when its engine has begun to count anew', () => {
    const known = foldTask(task('a'), [seen('a', 'running', { startedAt: 5 })], NOW);
    const twice = seen('a', 'running', { startedAt: 9, restartCount: 2, lastExitCode: 7 });
    const [again] = foldTask(known, [twice], NOW).containers;
    expect(again).toMatchObject({ restartCount: 2, lastExitCode: 7 });
    const told = { ...known, containers: [{ ...again!, restartsTold: 2 }] };
    expect(foldTask(told, [twice], NOW)).toEqual(told);
    expect(foldTask(told, [seen('a', 'running', { startedAt: 5, restartCount: 1 })], NOW)).toMatchObject({
      containers: [{ restartCount: 2, restartsTold: 2 }],
    });
    const [anew] = foldTask(told, [seen('a', 'running', { startedAt: 20, restartCount: 1 })], NOW).containers;
    expect(anew).toMatchObject({ restartCount: 1 });
    expect(anew).not.toHaveProperty('restartsTold');
    expect(anew).not.toHaveProperty('lastExitCode');
  });

  it('is PENDING while a container waits for its start, with what is known of the others', () => {
    const pending = foldTask(
      task('a', 'b'),
      [seen('a', 'running', { startedAt: 5 }), seen('b', 'created')],
      NOW,
    );
    expect(pending).toMatchObject({
      lastStatus: 'PENDING',
      containers: [{ lastStatus: 'RUNNING', runtimeId: 'id-a' }, { lastStatus: 'PENDING' }],
    });
    // One that never ran may be removed and made anew.
    expect(pending.containers[1]).not.toHaveProperty('runtimeId');
    expect(foldTask(pending, [seen('a', 'running', { startedAt: 5 })], NOW)).toEqual(pending);
  });

  it('keeps the first cause of its end', () => {
    const asked = requestStop(task('a'), { code: 'UserInitiated', reason: 'enough' }, NOW);
    const ended = markStopped(asked, { code: 'EssentialContainerExited', reason: 'other' }, NOW + 5);
    expect(ended).toMatchObject({
      stopCode: 'UserInitiated',
      stoppedReason: 'enough',
      stoppingAt: NOW,
      lastStatus: 'STOPPED',
    });
    expect(requestStop(ended, { code: 'UserInitiated', reason: 'again' }, NOW)).toBe(ended);
  });
});
