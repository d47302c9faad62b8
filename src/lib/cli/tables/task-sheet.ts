import type { Container, ContainerInstance, Task } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { age, moment, nameOf, pairsText } from '../people-words.js';
import { heading, indented, sheet } from '../sheet.js';
import type { Terminal } from '../terminal.js';
import { hostName } from './instance-table.js';
import { portsOf, stateOf } from './task-table.js';

const containers: Column<Container>[] = [
  { title: 'container', of: (container) => container.name, shrinksTo: 10 },
  { title: 'state', of: (container) => container.lastStatus },
  { title: 'exit', of: (container) => container.exitCode?.toString(), right: true },
  { title: 'image', of: (container) => container.image, shrinksTo: 14, leaves: 1 },
  { title: 'reason', of: (container) => container.reason, shrinksTo: 12 },
];

/** One task in detail for people; `now` in epoch milliseconds. */
export function taskSheet(
  task: Task,
  instance: ContainerInstance | undefined,
  terminal: Terminal,
  now: number,
): string {
  const fields = sheet(
    [
      ['state', stateOf(task)],
      ['wanted', task.desiredStatus === task.lastStatus ? undefined : task.desiredStatus],
      ['definition', nameOf(task.taskDefinitionArn)],
      ['host', hostName(instance) ?? nameOf(task.containerInstanceArn)],
      ['zone', task.availabilityZone],
      ['ports', portsOf(task, instance).join(' ')],
      ['group', task.group],
      ['started by', task.startedBy],
      [
        'cpu, memory',
        [task.cpu && `${task.cpu} units`, task.memory && `${task.memory} MiB`].filter(Boolean).join(', '),
      ],
      ['tags', pairsText(task.tags ?? [])],
      ['created', moment(task.createdAt, now)],
      ['pull', tookLong(task.pullStartedAt, task.pullStoppedAt)],
      ['started', moment(task.startedAt, now)],
      ['stopped', moment(task.stoppedAt, now)],
      ['why', [task.stopCode, task.stoppedReason].filter(Boolean).join(': ')],
    ],
    terminal,
  );
  const list = peopleTable(containers, task.containers ?? [], {
    ...terminal,
    width: () => terminal.width() - 2,
  });
  return `${heading(`Task ${nameOf(task.taskArn)}`, terminal)}${indented(fields)}${indented(list)}`;
}

/** How long something took that took longer than a second. */
function tookLong(from: Date | undefined, to: Date | undefined): string | undefined {
  if (from === undefined || to === undefined || to.getTime() - from.getTime() < 1000) return undefined;
  return `took ${age(from, to.getTime())}`;
}
