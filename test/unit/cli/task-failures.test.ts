import { expect, it } from 'vitest';
import type { FailedServiceTask } from '../../../src/lib/api/service-types.js';
import { failureLines } from '../../../src/lib/cli/task-failures.js';

const failed = (id: string, more: Partial<FailedServiceTask>): FailedServiceTask => ({
  taskArn: `arn:aws:ecs:local:0:task/default/${id.repeat(32)}`,
  containerInstance: 'i',
  containers: [],
  ...more,
});
const textsOf = (tasks: FailedServiceTask[]) => failureLines(tasks).map(({ text }) => text);

it('tells the exit code and the last of what was written', () => {
  const lastLog = Array.from({ length: 12 }, (_, i) => ({ stream: 'stdout' as const, text: `line ${i}` }));
  const containers = [{ name: 'web', exitCode: 3, lastLog }];
  const lines = textsOf([failed('a', { stoppedReason: 'Essential container in task exited', containers })]);
  expect(lines.slice(0, 3)).toEqual([
    'task aaaaaaaa: Essential container in task exited',
    '  web: exit code 3',
    '  web | line 2',
  ]);
  expect(lines).toHaveLength(12);
});

it("tells a reason once that is the task's and its container's, and several tasks'", () => {
  const stoppedReason = 'CannotPullContainerError: no route to host';
  const containers = [{ name: 'web', reason: stoppedReason, lastLog: [] }];
  const tasks = ['a', 'b'].map((id) => failed(id, { stoppedReason, containers }));
  expect(textsOf(tasks)).toEqual(['tasks aaaaaaaa, bbbbbbbb: CannotPullContainerError: no route to host']);
});

it('tells nothing again that an event has told, unless there is more to it', () => {
  const stoppedReason = 'CannotPullContainerError: no route to host.';
  const asked: string[] = [];
  const isTold = (cause: string) => asked.push(cause) > 0;
  const short = failed('a', {
    stoppedReason,
    containers: [{ name: 'web', reason: stoppedReason, lastLog: [] }],
  });
  expect(failureLines([short], isTold)).toEqual([]);
  expect(asked).toEqual(['CannotPullContainerError: no route to host']);
  const long = { ...short, containers: [{ name: 'web', exitCode: 3, lastLog: [] }] };
  expect(failureLines([long], isTold)).toHaveLength(2);
});

it('tells why a task was replaced as unhealthy, and not how its containers took the stop', () => {
  const stoppedReason = 'Task failed container health checks';
  const containers = [
    { name: 'web', exitCode: 0, reason: 'Health check failed: exit code 1: db refused', lastLog: [] },
    { name: 'sidecar', exitCode: 137, lastLog: [] },
  ];
  const stopCode = 'ServiceSchedulerInitiated';
  expect(textsOf([failed('a', { stopCode, stoppedReason, containers })])).toEqual([
    'task aaaaaaaa: Task failed container health checks',
    '  web: Health check failed: exit code 1: db refused',
  ]);
});
