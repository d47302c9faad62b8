import { serviceName } from '../../api/arn.js';
import { taskNotFound } from '../../api/errors.js';
import { valuesIn } from '../../store/transact.js';
import type { EngineContext } from '../context.js';
import type { LogsRequest } from '../engine.js';
import { indexes, type TaskFilter } from '../keys.js';
import type { ContainerRecord, TaskRecord } from '../records.js';
import { refreshUnlessFresh } from '../refresh.js';
import { findService } from '../services/service-records.js';
import { readTask } from '../task-records.js';
import { refreshTasks, resolveTasks } from '../tasks.js';

/** The tasks that are named. Errors: InvalidParameterException. */
export async function namedTasks(
  ctx: EngineContext,
  cluster: string,
  names: readonly string[],
): Promise<TaskRecord[]> {
  const ids = [...new Set(await resolveTasks(ctx, cluster, names))];
  await refreshTasks(ctx, cluster, ids);
  const records = await Promise.all(ids.map((id) => readTask(ctx, cluster, id)));
  return records.map((record, i) => {
    if (record === undefined) throw taskNotFound(ids[i] ?? '');
    return record;
  });
}

/** A task's containers whose logs are asked for. */
export function meantContainers({ id, containers }: TaskRecord, request: LogsRequest): ContainerRecord[] {
  const { container, logGroup: group, logStreamPrefix: prefix } = request;
  return containers.filter(
    ({ name, logGroup, logStreamPrefix, runtimeId = '' }) =>
      (container === undefined || name === container) &&
      (group === undefined || logGroup === group) &&
      (prefix === undefined ||
        (logGroup !== undefined && streamName(logStreamPrefix, name, id, runtimeId).startsWith(prefix))),
  );
}

/** As the awslogs driver names a container's stream: its engine's id where the definition gives no prefix. */
function streamName(prefix: string | undefined, container: string, task: string, id: string): string {
  return prefix === undefined ? id : `${prefix}/${container}/${task}`;
}

/** The tasks of a family, a service, a log group or a cluster, as its records have them. */
export class TaskGroup {
  private readonly filters: TaskFilter[] = [];

  /** Throws InvalidParameterException where the service's name can't be one. */
  constructor(
    private readonly ctx: EngineContext,
    readonly cluster: string,
    private readonly request: LogsRequest,
  ) {
    const { family, service } = request;
    if (service !== undefined) this.filters.push({ what: 'service', value: serviceName(service, cluster) });
    if (family !== undefined) this.filters.push({ what: 'family', value: family });
  }

  /** For messages: `the cluster default`, `the family web in the cluster default`. */
  get name(): string {
    const { logGroup } = this.request;
    const parts = this.filters.map(({ what, value }) => `the ${what} ${value}`);
    if (logGroup !== undefined) parts.unshift(`the log group ${logGroup}`);
    return [...parts, `the cluster ${this.cluster}`].join(' in ');
  }

  includes(task: TaskRecord): boolean {
    const { family, group } = task;
    const isOfGroup = this.filters.every(({ what, value }) =>
      what === 'family' ? family === value : group === `service:${value}`,
    );
    const { logGroup, logStreamPrefix } = this.request;
    const isOfAny = logGroup === undefined && logStreamPrefix === undefined;
    return isOfGroup && (isOfAny || meantContainers(task, this.request).length > 0);
  }

  /**
   * Those that haven't ended, after a look at the hosts, and those that have ended since the time given. Others may have
   * ended and still be on their hosts: what is left out is told of.
   */
  async look(): Promise<TaskRecord[]> {
    await refreshUnlessFresh(this.ctx, this.cluster);
    const { since = Infinity } = this.request;
    const [running, stopped] = await Promise.all([this.running(), this.list('STOPPED')]);
    const isMeant = ({ lastStatus, stoppedAt = 0 }: TaskRecord) =>
      lastStatus !== 'STOPPED' || stoppedAt >= since;
    this.tellOfOthers(stopped.filter((task) => !isMeant(task)));
    return [...running, ...stopped.filter(isMeant)];
  }

  private tellOfOthers(stopped: readonly TaskRecord[]): void {
    const { clock, settings, emit } = this.ctx;
    const there = stopped.filter(
      ({ stoppedAt = 0, stopCode }) =>
        stopCode !== 'TaskFailedToStart' && clock() - stoppedAt < settings.cleanupWait,
    );
    if (there.length === 0 || this.request.since !== undefined) return;
    const count = there.length === 1 ? '1 task has' : `${there.length} tasks have`;
    const hours = `${Math.ceil(settings.cleanupWait / 3600_000)}h`;
    const message = `${count} ended lately in ${this.name}: --since ${hours} shows their logs too`;
    emit({ type: 'note', message });
  }

  /**
   * Throws ServiceNotFoundException where neither a record nor a task knows the service: who follows it would wait for ever.
   * Tasks of another state's service are known without a record of it.
   */
  async checkService(): Promise<void> {
    const by = this.filters.find(({ what }) => what === 'service');
    if (by === undefined) return;
    for (const desired of ['RUNNING', 'STOPPED'])
      if ((await this.ctx.store.count({ index: indexes.tasks(this.cluster, desired, by) })) > 0) return;
    await findService(valuesIn(this.ctx.store), this.cluster, by.value);
  }

  /** Those that are to run. */
  running(): Promise<TaskRecord[]> {
    return this.list('RUNNING');
  }

  private async list(desired: 'RUNNING' | 'STOPPED'): Promise<TaskRecord[]> {
    const [by] = this.filters;
    const entries = await this.ctx.store.list<TaskRecord>({
      index: indexes.tasks(this.cluster, desired, by),
    });
    return entries.map(({ value }) => value).filter((task) => this.includes(task));
  }
}
