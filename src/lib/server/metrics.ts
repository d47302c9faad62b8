import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { DescribeUsageResponse } from '../api/usage-types.js';
import type { EngineEvent } from '../engine/events.js';
import type { Health } from './health.js';

/** What Prometheus is told. */
export interface Metrics {
  /** `code`: an error's, or `OK`. Seconds. */
  request(operation: string, code: string, seconds: number): void;
  event(event: EngineEvent): void;
  /** In Prometheus's text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsSource {
  version: string;
  /** What each cluster's hosts, services and tasks are and use; undefined where the state can't be read. */
  usage(): Promise<DescribeUsageResponse[] | undefined>;
  /** Whether services are kept here, and when those of each cluster were last planned for. */
  health: Pick<Health, 'kept' | 'passes' | 'isWritable'>;
  /** Requests and sessions that are worked on. */
  underWay(): { requests: number; sessions: number; background: number };
}

/** Seconds, from a read of one record to a task that waits for its image. */
const LATENCIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Names follow Prometheus's conventions: base units, `_total` for counters. */
export function createMetrics(source: MetricsSource): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const histogram = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Histogram({ name, help, labelNames, buckets: LATENCIES, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name, help, labelNames, registers });

  const requests = new Counter({
    name: 'longshore_requests_total',
    help: 'Requests of the API, by operation and by the code of the answer (OK, or an error)',
    labelNames: ['operation', 'code'] as const,
    registers,
  });
  const latency = histogram(
    'longshore_request_duration_seconds',
    'From a request to its answer',
    'operation',
  );
  const placement = histogram(
    'longshore_placement_duration_seconds',
    'Time to find places for tasks',
    'cluster',
  );
  const reconcile = histogram(
    'longshore_reconcile_duration_seconds',
    'Time to plan what all services of a cluster need',
    'cluster',
  );
  const lag = histogram(
    'longshore_reconcile_lag_seconds',
    'From news of a host or a change to the plan that heeds it',
    'cluster',
  );

  new Gauge({
    name: 'longshore_info',
    help: 'The version of longshore',
    labelNames: ['version'] as const,
    registers,
  }).set({ version: source.version }, 1);
  const readable = gauge('longshore_state_readable', 'Whether the state can be read');
  const writable = gauge('longshore_state_writable', 'Whether the state takes changes');
  const keeping = gauge('longshore_services_kept', 'Whether this server keeps the services');
  const passed = gauge(
    'longshore_reconcile_last_pass_timestamp_seconds',
    'When what all services of a cluster need was last planned',
    'cluster',
  );
  const busy = gauge('longshore_under_way', 'What is worked on', 'what');
  const hosts = gauge('longshore_host_connected', 'Whether a host answers', 'cluster', 'host');
  const hostCpu = gauge('longshore_host_cpu_units', 'CPU units of a host', 'cluster', 'host', 'what');
  const hostMemory = gauge('longshore_host_memory_bytes', 'Memory of a host', 'cluster', 'host', 'what');
  const tasks = gauge(
    'longshore_tasks',
    'Tasks that have not ended, by their last status',
    'cluster',
    'status',
  );
  const services = gauge('longshore_service_tasks', 'Tasks of a service', 'cluster', 'service', 'what');
  const task = ['cluster', 'host', 'family', 'task'] as const;
  const taskCpu = new Counter({
    name: 'longshore_task_cpu_seconds_total',
    help: 'CPU time that a task has used',
    labelNames: task,
    registers,
  });
  const taskMemory = gauge('longshore_task_memory_bytes', 'Memory that a task uses', ...task);

  function look(clusters: readonly DescribeUsageResponse[]): void {
    for (const one of [hosts, hostCpu, hostMemory, tasks, services, taskCpu, taskMemory]) one.reset();
    for (const { clusterName: cluster, ...usage } of clusters) {
      for (const { name: host, ...facts } of usage.hosts) {
        hosts.set({ cluster, host }, facts.agentConnected ? 1 : 0);
        hostCpu.set({ cluster, host, what: 'registered' }, facts.cpu);
        hostCpu.set({ cluster, host, what: 'reserved' }, facts.reservedCpu);
        hostMemory.set({ cluster, host, what: 'registered' }, facts.memory * MIB);
        hostMemory.set({ cluster, host, what: 'reserved' }, facts.reservedMemory * MIB);
      }
      for (const status of ['PENDING', 'RUNNING', 'STOPPING']) tasks.set({ cluster, status }, 0);
      for (const { taskArn, host, taskDefinition, lastStatus, stats } of usage.tasks) {
        tasks.inc({ cluster, status: lastStatus });
        if (stats === undefined) continue;
        const labels = {
          cluster,
          host,
          family: taskDefinition.split(':')[0] ?? '',
          task: taskArn.split('/').at(-1) ?? '',
        };
        // A counter takes nothing below 0, and an engine may say anything.
        taskCpu.inc(labels, Math.max(0, stats.cpuNanoseconds) / 1e9);
        taskMemory.set(labels, stats.memoryBytes);
      }
      for (const { serviceName: service, desiredCount, runningCount, pendingCount } of usage.services) {
        services.set({ cluster, service, what: 'desired' }, desiredCount);
        services.set({ cluster, service, what: 'running' }, runningCount);
        services.set({ cluster, service, what: 'pending' }, pendingCount);
      }
    }
  }

  function lookAtHealth({ kept, passes, isWritable }: MetricsSource['health']): void {
    writable.set(isWritable ? 1 : 0);
    // What is left to another process is neither kept nor not.
    if (kept === undefined) keeping.remove();
    else keeping.set(kept ? 1 : 0);
    passed.reset();
    for (const { cluster, time } of passes) passed.set({ cluster }, time / 1000);
  }

  let last = Promise.resolve('');
  return {
    contentType: registry.contentType,
    request(operation, code, seconds) {
      requests.inc({ operation, code });
      latency.observe({ operation }, seconds);
    },
    event(event) {
      if (event.type === 'placement')
        placement.observe({ cluster: event.cluster }, event.milliseconds / 1000);
      if (event.type !== 'pass') return;
      reconcile.observe({ cluster: event.cluster }, event.milliseconds / 1000);
      if (event.lag !== undefined) lag.observe({ cluster: event.cluster }, event.lag / 1000);
    },
    text() {
      // One after the other: the figures of one are in place until they are written.
      const written = last.then(async () => {
        const usage = await source.usage();
        readable.set(usage === undefined ? 0 : 1);
        look(usage ?? []);
        lookAtHealth(source.health);
        for (const [what, count] of Object.entries(source.underWay())) busy.set({ what }, count);
        return registry.metrics();
      });
      last = written.catch(() => '');
      return written;
    },
  };
}

const MIB = 1024 * 1024;
