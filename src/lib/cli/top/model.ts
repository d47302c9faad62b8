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
}

const MIB = 1024 ** 2;

/** `before` is the look before this one, if there was one: CPU time is counted from each container's start. */
export function modelOf(now: DescribeUsageResponse, before: DescribeUsageResponse | undefined): Model {
  const earlier = new Map(before?.tasks.map((task) => [task.taskArn, task]));
  const tasks = now.tasks.map((task) => taskRow(task, earlier.get(task.taskArn)));
  return {
    clusterName: now.clusterName,
    hosts: now.hosts.map((host) => hostRow(host, tasks)),
    services: now.services,
    tasks,
  };
}

function taskRow(task: TaskUsage, before: TaskUsage | undefined): TaskRow {
  const { taskArn, group, healthStatus, lastStatus, stats } = task;
  return {
    id: nameOf(taskArn),
    name: group.replace(/^(service|family):/, ''),
    taskDefinition: task.taskDefinition,
    host: task.host,
    state: healthStatus === undefined || healthStatus === 'UNKNOWN' ? lastStatus : healthStatus,
    cpu: percentOf(stats, before?.stats),
    memory: stats && stats.memoryBytes / MIB,
    startedAt: task.startedAt,
  };
}

/** CPU time over the time between two looks. A container that was started anew counts from 0 again. */
function percentOf(now: TaskUsage['stats'], before: TaskUsage['stats']): number | undefined {
  if (now === undefined || before === undefined) return undefined;
  const spent = now.cpuNanoseconds - before.cpuNanoseconds;
  const passed = now.readAt - before.readAt;
  return passed <= 0 || spent < 0 ? undefined : (spent / 1e6 / passed) * 100;
}

function hostRow(host: HostUsage, all: readonly TaskRow[]): HostRow {
  const own = all.filter((task) => task.host === host.name);
  const isKnown = host.agentConnected && (own.length === 0 || own.some(({ memory }) => memory !== undefined));
  const total = (key: 'cpu' | 'memory') => own.reduce((sum, task) => sum + (task[key] ?? 0), 0);
  return {
    ...host,
    usedCpu: isKnown ? total('cpu') * 10.24 : undefined,
    usedMemory: isKnown ? total('memory') : undefined,
    tasks: own.length,
  };
}
