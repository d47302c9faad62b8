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
  { title: 'health', of: healthOf, leaves: 2 },
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
      ['health', healthOf(task)],
      ['wanted', task.desiredStatus === task.lastStatus ? undefined : task.desiredStatus],
      ['definition', nameOf(task.taskDefinitionArn)],
      ['host', hostName(instance) ?? nameOf(task.containerInstanceArn)],
      ['zone', task.availabilityZone],
      [hasAddress(task) ? 'address' : 'ports', portsOf(task, instance).join(' ')],
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
  const shown = task.containers?.some(healthOf)
    ? containers
    : containers.filter(({ title }) => title !== 'health');
  const list = peopleTable(shown, task.containers ?? [], {
    ...terminal,
    width: () => terminal.width() - 2,
  });
  return `${heading(`Task ${nameOf(task.taskArn)}`, terminal)}${indented(fields)}${indented(list)}`;
}

/** Where it is UNKNOWN there is no check, or none has ended yet: nothing to tell. A stopped one has no health. */
function healthOf({ healthStatus, lastStatus }: Container | Task): string | undefined {
  return healthStatus === 'UNKNOWN' || lastStatus === 'STOPPED' ? undefined : healthStatus;
}

const hasAddress = ({ attachments = [] }: Task) =>
  attachments.some(({ type }) => type === 'ElasticNetworkInterface');

/** How long something took that took longer than a second. */
function tookLong(from: Date | undefined, to: Date | undefined): string | undefined {
  if (from === undefined || to === undefined || to.getTime() - from.getTime() < 1000) return undefined;
  return `took ${age(from, to.getTime())}`;
}
