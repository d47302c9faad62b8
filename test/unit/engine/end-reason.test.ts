import { expect, it } from 'vitest';
import { endReason } from '../../../src/lib/engine/end-reason.js';
import type { ContainerRecord } from '../../../src/lib/engine/records.js';

const container = (name: string, rest: Partial<ContainerRecord>): ContainerRecord => ({
  name,
  image: 'busybox',
  essential: true,
  cpu: 0,
  lastStatus: 'STOPPED',
  networkBindings: [],
  ...rest,
});

it('names the essential container that the task ended with, and how that ended', () => {
  const containers = [
    container('proxy', { exitCode: 143, finishedAt: 3 }),
    container('init', { exitCode: 0, finishedAt: 1, essential: false }),
    container('web', { exitCode: 137, reason: 'OutOfMemoryError: container killed', finishedAt: 2 }),
  ];
  const stoppedReason = 'Essential container in task exited';
  expect(endReason({ stopCode: 'EssentialContainerExited', stoppedReason, containers })).toBe(
    'Essential container in task exited (web: exit code 137, OutOfMemoryError: container killed)',
  );
});

it("is the task's own where it didn't start, and no page of it", () => {
  const reason = `CannotStartContainerError: ${'x'.repeat(2000)}`;
  const text = endReason({ stopCode: 'TaskFailedToStart', stoppedReason: reason, containers: [] });
  expect(text).toMatch(/^CannotStartContainerError: x+… \(2027 characters\)$/);
  expect(text.length).toBeLessThanOrEqual(500);
});
