import { shortIds } from '../../api/short-ids.js';
import type { Container, ContainerInstance, NetworkBinding, Task } from '../../api/types.js';
import { type Column, peopleTable } from '../people-table.js';
import { age, nameOf } from '../people-words.js';
import type { Style, Terminal } from '../terminal.js';
import { hostName, publishAddress } from './instance-table.js';

export interface TaskTableOptions {
  tasks: readonly Task[];
  /** The hosts of these tasks. */
  instances: readonly ContainerInstance[];
  terminal: Terminal;
  /** Epoch milliseconds. */
  now: number;
}

/** What people want to see of tasks: where each runs, on which ports, since when, or how it ended. */
export function taskTable({ tasks, instances, terminal, now }: TaskTableOptions): string {
  const ids = shortIds(tasks.map((task) => nameOf(task.taskArn)));
  const hosts = new Map(instances.map((instance) => [instance.containerInstanceArn, instance]));
  const hostOf = (task: Task) => hosts.get(task.containerInstanceArn);
  const columns: Column<Task>[] = [
    { title: 'task', of: (task) => ids.get(nameOf(task.taskArn)) },
    { title: 'definition', of: (task) => nameOf(task.taskDefinitionArn), shrinksTo: 12 },
    { title: 'state', of: stateOf, style: stateStyle },
    {
      title: 'host',
      of: (task) => hostName(hostOf(task)) ?? nameOf(task.containerInstanceArn),
      shrinksTo: 8,
    },
    {
      title: 'ports',
      of: (task) => portsOf(task, hostOf(task)).join(' ') || undefined,
      shrinksTo: 14,
      leaves: 2,
    },
    { title: 'age', of: (task) => age(task.startedAt ?? task.createdAt, now), right: true, leaves: 1 },
  ];
  return peopleTable(columns, [...tasks].sort(newestFirst), terminal);
}

const newestFirst = (a: Task, b: Task): number =>
  (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0);

/** `RUNNING`, and of a stopped task that ran how its first failed container ended. */
export function stateOf(task: Task): string {
  if (task.lastStatus !== 'STOPPED') return task.lastStatus ?? '';
  // ECS has exit codes even for containers that never ran (143, what they depend on didn't come true).
  if (task.stopCode === 'TaskFailedToStart') return 'STOPPED';
  const codes = (task.containers ?? [])
    .map((container) => container.exitCode)
    .filter((code) => code !== undefined);
  const code = codes.find((each) => each !== 0) ?? codes[0];
  return code === undefined ? 'STOPPED' : `STOPPED (${code})`;
}

function stateStyle(task: Task): Style | undefined {
  if (task.lastStatus === 'RUNNING') return 'green';
  if (task.lastStatus !== 'STOPPED') return 'yellow';
  const failed =
    task.stopCode === 'TaskFailedToStart' ||
    task.containers?.some((container) => (container.exitCode ?? 0) !== 0);
  return failed ? 'red' : 'dim';
}

/** `host:port` of each published port; of a task with an address of its own, that. */
export function portsOf(task: Task, instance: ContainerInstance | undefined): string[] {
  if (task.lastStatus !== 'STOPPED') {
    const details = (task.attachments ?? []).flatMap((attachment) => attachment.details ?? []);
    const own = details.find(({ name }) => name === 'privateIPv4Address')?.value;
    if (own !== undefined) return [own];
  }
  const bindings = (task.containers ?? []).flatMap((container: Container) => container.networkBindings ?? []);
  return [...new Set(bindings.map((binding) => addressOf(binding, instance)))];
}

function addressOf(
  { bindIP, hostPort, hostPortRange, protocol }: NetworkBinding,
  instance: ContainerInstance | undefined,
): string {
  const everywhere = bindIP === undefined || bindIP === '0.0.0.0' || bindIP === '::';
  const address = everywhere ? (publishAddress(instance) ?? hostName(instance) ?? '') : bindIP;
  const host = address.includes(':') ? `[${address}]` : address;
  return `${host}:${hostPort ?? hostPortRange}${protocol === 'udp' ? '/udp' : ''}`;
}
