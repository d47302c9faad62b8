import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../src/lib/engine/exit-code.js';
import type { ContainerRecord, TaskRecord } from '../../../src/lib/engine/records.js';

type End = Partial<Pick<ContainerRecord, 'essential' | 'exitCode' | 'oomKilled' | 'finishedAt'>>;

const ended = (containers: End[], more: Partial<TaskRecord> = {}) =>
  ({
    lastStatus: 'STOPPED',
    stopCode: 'EssentialContainerExited',
    containers: containers.map((end, i) => ({ name: `c${i}`, essential: true, finishedAt: i, ...end })),
    ...more,
  }) as TaskRecord;

/** Essential containers that ended one after the other. */
const code = (...codes: (number | undefined)[]) => exitCodeOf(ended(codes.map((exitCode) => ({ exitCode }))));

describe('the exit code of a task', () => {
  it.each([
    [[0], 0],
    [[3], 3],
    [[137], 137],
    [[143], 143],
    [[undefined], 125],
    [[], 125],
  ])('of containers that ended one after the other with %j is %i', (codes, expected) =>
    expect(code(...codes)).toBe(expected),
  );

  it.each([
    ['the first says how it ended, the others were only stopped', [0, 143, 137], 0],
    ['whoever killed the first, it was not us', [137, 0], 137],
    ['one that fails as it is stopped is heard', [0, 5], 5],
    ['an end that nobody knows comes before a 0', [0, undefined], 125],
    ['an end that nobody knows, and one that was stopped after it', [undefined, 0], 125],
  ])('%s', (_, codes, expected) => expect(code(...codes)).toBe(expected));

  it('goes by when they ended, not by how they are listed', () => {
    const containers = [
      { exitCode: 0, finishedAt: 20 },
      { exitCode: 137, finishedAt: 10 },
    ];
    expect(exitCodeOf(ended(containers))).toBe(137);
  });

  it('is not 0 where one was killed for want of memory, first or last', () => {
    const oom = { exitCode: 137, oomKilled: true };
    expect(exitCodeOf(ended([oom, { exitCode: 0 }]))).toBe(137);
    expect(exitCodeOf(ended([{ exitCode: 0 }, oom]))).toBe(137);
  });

  it('hears essential containers only', () => {
    expect(exitCodeOf(ended([{ exitCode: 9, essential: false }, { exitCode: 0 }]))).toBe(0);
  });

  it('is 125 where the task failed to start, whatever a container made of its stop', () => {
    expect(exitCodeOf(ended([{ exitCode: 0 }], { stopCode: 'TaskFailedToStart' }))).toBe(125);
  });

  it('is 125 where the task has not stopped, or is gone', () => {
    expect(exitCodeOf(ended([{ exitCode: 0 }], { lastStatus: 'RUNNING' }))).toBe(125);
    expect(exitCodeOf(undefined)).toBe(125);
  });

  it('is that of all where somebody stopped the task', () => {
    expect(exitCodeOf(ended([{ exitCode: 0 }, { exitCode: 143 }], { stopCode: 'UserInitiated' }))).toBe(143);
    expect(exitCodeOf(ended([{ exitCode: 0 }], { stopCode: 'UserInitiated' }))).toBe(0);
  });
});
