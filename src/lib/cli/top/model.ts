import type { DescribeUsageResponse, HostUsage, ServiceUsage, TaskUsage } from '../../api/usage-types.js';
import { nameOf } from '../people-words.js';

/** What is shown: a look at a cluster, and what was used between it and the one before. Pure. */
export interface Model {
  clusterName: string;
  hosts: HostRow[];
  services: ServiceUsage[];
  tasks: TaskRow[];
}

export interface HostRow extends HostUsage {
  /** CPU units and MiB that its tasks use; undefined where it doesn't answer, or nothing is known yet. */
  usedCpu: number | undefined;
  usedMemory: number | undefined;
  tasks: number;
  /** Asked, and has not answered for a while. */
  isSilent?: true;
}

export interface TaskRow {
  id: string;
  /** Its service, or else its family. */
  name: string;
  taskDefinition: string;
  host: string;
  state: string;
  /** Percent of one core. */
  cpu: number | undefined;
  /** MiB */
  memory: number | undefined;
  /** Epoch milliseconds. */
  startedAt: number | undefined;
  /** Its host doesn't answer: the state is the last that is known. */
  isLastKnown?: true;
}

const MIB = 1024 ** 2;

/** Figures of tasks, by their ARNs. */
export type Figures = ReadonlyMap<string, NonNullable<TaskUsage['stats']>>;

/**
 * `earlier` are the figures of the looks before this one: CPU time is counted from each container's start. Of hosts that
 * are `silent`, by their names, and of their tasks, nothing is known but what was known before.
 */
export function modelOf(
  now: DescribeUsageResponse,
  earlier: Figures,
  silent: ReadonlySet<string> = new Set(),
): Model {
  const away = new Set(now.hosts.filter(({ agentConnected }) => !agentConnected).map(({ name }) => name));
  const tasks = now.tasks.map((task) => {
    const { stats: _, ...unseen } = task;
    const isSeen = !away.has(task.host) && !silent.has(task.host);
    return taskRow(isSeen ? task : unseen, earlier.get(task.taskArn), isSeen);
  });
  return {
    clusterName: now.clusterName,
    hosts: now.hosts.map((host) => hostRow(host, tasks, silent.has(host.name))),
    services: now.services,
    tasks,
  };
}

/** The figures of a look. */
export const figuresOf = ({ tasks }: DescribeUsageResponse): Figures =>
  new Map(tasks.flatMap(({ taskArn, stats }) => (stats === undefined ? [] : [[taskArn, stats] as const])));

function taskRow(task: TaskUsage, before: TaskUsage['stats'], isSeen: boolean): TaskRow {
  const { taskArn, group, healthStatus, lastStatus, stats } = task;
  return {
    id: nameOf(taskArn),
    name: group.replace(/^(service|family):/, ''),
    taskDefinition: task.taskDefinition,
    host: task.host,
    state: healthStatus === undefined || healthStatus === 'UNKNOWN' ? lastStatus : healthStatus,
    cpu: percentOf(stats, before),
    memory: stats && stats.memoryBytes / MIB,
    startedAt: task.startedAt,
    ...(!isSeen && { isLastKnown: true }),
  };
}

/** CPU time over the time between two looks. A container that was started anew counts from 0 again. */
function percentOf(now: TaskUsage['stats'], before: TaskUsage['stats']): number | undefined {
  if (now === undefined || before === undefined) return undefined;
  const spent = now.cpuNanoseconds - before.cpuNanoseconds;
  const passed = now.readAt - before.readAt;
  return passed <= 0 || spent < 0 ? undefined : (spent / 1e6 / passed) * 100;
}

function hostRow(host: HostUsage, all: readonly TaskRow[], isSilent: boolean): HostRow {
  const own = all.filter((task) => task.host === host.name);
  const isKnown =
    host.agentConnected && !isSilent && (own.length === 0 || own.some(({ memory }) => memory !== undefined));
  const total = (key: 'cpu' | 'memory') => own.reduce((sum, task) => sum + (task[key] ?? 0), 0);
  return {
    ...host,
    usedCpu: isKnown ? total('cpu') * 10.24 : undefined,
    usedMemory: isKnown ? total('memory') : undefined,
    tasks: own.length,
    ...(isSilent && { isSilent }),
  };
}
