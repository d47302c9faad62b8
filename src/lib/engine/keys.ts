import type { Put } from '../store/store.js';
import type {
  CleanupRecord,
  ClusterRecord,
  DefinitionRecord,
  InstanceRecord,
  TaskRecord,
} from './records.js';
import type { ServiceRecord } from './services/records.js';

/**
 * Where each record stands, and under which names it is listed. A listing reads an index or a prefix, never all:
 * a command's cost follows what it shows.
 */
export const keys = {
  cluster: (name: string) => `cluster/${name}`,
  clusters: 'cluster/',
  instance: (cluster: string, id: string) => `instance/${cluster}/${id}`,
  instances: (cluster: string) => `instance/${cluster}/`,
  allInstances: 'instance/',
  usage: (cluster: string, instance: string) => `usage/${cluster}/${instance}`,
  usages: (cluster: string) => `usage/${cluster}/`,
  family: (family: string) => `family/${family}`,
  /** Families whose names begin so. */
  families: (prefix: string) => `family/${prefix}`,
  definition: (family: string, revision: number) =>
    `definition/${family}/${String(revision).padStart(10, '0')}`,
  definitions: (family?: string) => (family === undefined ? 'definition/' : `definition/${family}/`),
  /** Tasks that are not STOPPED yet. */
  task: (cluster: string, id: string) => `task/${cluster}/${id}`,
  tasks: (cluster: string) => `task/${cluster}/`,
  /** Finished tasks live apart, so that history costs the living nothing. */
  stopped: (cluster: string, id: string) => `stopped/${cluster}/${id}`,
  stoppedTasks: (cluster: string) => `stopped/${cluster}/`,
  /** History in the order of its end: what the retention cuts from the front. */
  history: (cluster: string, at: number, id: string) =>
    `history/${cluster}/${String(at).padStart(14, '0')}/${id}`,
  histories: (cluster: string) => `history/${cluster}/`,
  /** Containers of stopped tasks that are still on their host, in the order of their end. */
  cleanup: (cluster: string, instance: string, at: number, id: string) =>
    `cleanup/${cluster}/${instance}/${String(at).padStart(14, '0')}/${id}`,
  cleanups: (cluster: string, instance?: string) =>
    instance === undefined ? `cleanup/${cluster}/` : `cleanup/${cluster}/${instance}/`,
  /** Images that were pulled to an instance for tasks. */
  image: (cluster: string, instance: string, id: string) => `image/${cluster}/${instance}/${id}`,
  images: (cluster: string, instance: string) => `image/${cluster}/${instance}/`,
  /** When an instance's images were last cleaned up. */
  imageCleanUp: (cluster: string, instance: string) => `image-clean-up/${cluster}/${instance}`,
  /** The id of the task that has an address of its cluster's network. */
  address: (cluster: string, address: string) => `address/${cluster}/${address}`,
  addresses: (cluster: string) => `address/${cluster}/`,
  service: (cluster: string, name: string) => `service/${cluster}/${name}`,
  services: (cluster: string) => `service/${cluster}/`,
  allServices: 'service/',
  serviceEvents: (cluster: string, name: string) => `service-events/${cluster}/${name}`,
  /** Deployments that are over, in the order of their beginning. */
  pastDeployment: (cluster: string, service: string, at: number, id: string) =>
    `service-deployment/${cluster}/${service}/${String(at).padStart(14, '0')}/${id}`,
  pastDeployments: (cluster: string, service?: string) =>
    service === undefined ? `service-deployment/${cluster}/` : `service-deployment/${cluster}/${service}/`,
  /** Tasks of services that have stopped and were not looked at yet. */
  endedTask: (cluster: string, service: string, id: string) => `service-ended/${cluster}/${service}/${id}`,
  endedTasks: (cluster: string, service?: string) =>
    service === undefined ? `service-ended/${cluster}/` : `service-ended/${cluster}/${service}/`,
  watcher: (cluster: string, owner: string) => `watcher/${cluster}/${owner.replace(/^owner\//, '')}`,
  watchers: (cluster: string) => `watcher/${cluster}/`,
  tokens: (cluster: string) => `token/${cluster}/`,
  token: (cluster: string, token: string) => `token/${cluster}/${token}`,
  /** Of CreateService. */
  serviceToken: (cluster: string, token: string) => `service-token/${cluster}/${token}`,
  serviceTokens: (cluster: string) => `service-token/${cluster}/`,
  accountSetting: (principal: string, name: string) =>
    `account-setting/${encodeURIComponent(principal)}/${name}`,
  secret: (name: string) => `secret/${name}`,
  secrets: 'secret/',
  accessKey: (id: string) => `access-key/${id}`,
  accessKeys: 'access-key/',
  owner: (id: string) => `owner/${id}`,
  owners: 'owner/',
} as const;

/** Index names. */
export const indexes = {
  instanceName: (cluster: string, name: string) => `instance-name/${cluster}/${name}`,
  definitionStatus: (status: string) => `definitions/${status}`,
  familyStatus: (family: string, status: string) => `definitions/${status}/${family}`,
  tasks: (cluster: string, desired: string, by?: TaskFilter) =>
    by === undefined ? `tasks/${cluster}/${desired}` : `tasks/${cluster}/${desired}/${by.what}/${by.value}`,
  tasksByLastStatus: (cluster: string, lastStatus: string) => `tasks-last/${cluster}/${lastStatus}`,
  instanceTasks: (cluster: string, instance: string, lastStatus: string) =>
    `tasks-instance/${cluster}/${instance}/${lastStatus}`,
  /** Tasks of a service that have not STOPPED yet. */
  serviceTasks: (cluster: string, service: string) => `tasks-service/${cluster}/${service}`,
  /** Services of one of ECS's listings. */
  services: (cluster: string, status: string) => `services/${cluster}/${status}`,
  /** Stopped tasks of an instance whose holder may still run (CleanupRecord). */
  held: (cluster: string, instance: string) => `held/${cluster}/${instance}`,
  /** Tasks with work under way: of a process that lives, or left over by one that doesn't. */
  unsettled: (cluster: string) => `unsettled/${cluster}`,
} as const;

export interface TaskFilter {
  what: 'family' | 'instance' | 'startedBy' | 'service';
  value: string;
}

export const putCluster = (record: ClusterRecord): Put => ({ key: keys.cluster(record.name), value: record });

/** A change of an instance, by which its version rises: it is to be made of the record as it is. */
export const putInstance = (record: InstanceRecord): Put => ({
  key: keys.instance(record.cluster, record.id),
  value: { ...record, version: (record.version ?? 0) + 1 },
  indexes: [indexes.instanceName(record.cluster, record.name)],
});

export const putDefinition = (record: DefinitionRecord): Put => {
  const { family, revision, status } = record.definition;
  return {
    key: keys.definition(family, revision),
    value: record,
    indexes: [indexes.definitionStatus(status ?? 'ACTIVE'), indexes.familyStatus(family, status ?? 'ACTIVE')],
  };
};

/** A task's record where it belongs: among the living, or in the history. */
export const putTask = (record: TaskRecord): Put => {
  const stopped = record.lastStatus === 'STOPPED';
  const { cluster, id, desiredStatus: desired } = record;
  const service = serviceOf(record);
  return {
    key: stopped ? keys.stopped(cluster, id) : keys.task(cluster, id),
    value: record,
    indexes: [
      indexes.tasks(cluster, desired),
      ...filtersOf(record).map((by) => indexes.tasks(cluster, desired, by)),
      ...(stopped
        ? []
        : [
            indexes.tasksByLastStatus(cluster, record.lastStatus),
            indexes.instanceTasks(cluster, record.instance, record.lastStatus),
            ...(service === undefined ? [] : [indexes.serviceTasks(cluster, service)]),
          ]),
      ...(isUnsettled(record) ? [indexes.unsettled(cluster)] : []),
    ],
  };
};

/** The service that a task is of, by its group. */
export const serviceOf = ({ group }: Pick<TaskRecord, 'group'>): string | undefined =>
  group.startsWith('service:') ? group.slice('service:'.length) : undefined;

export const putService = (record: ServiceRecord): Put => ({
  key: keys.service(record.cluster, record.service.name),
  value: record,
  indexes: [indexes.services(record.cluster, record.service.status)],
});

/** What is to be cleaned up of a task that has stopped. */
export const putCleanup = (key: string, record: CleanupRecord): Put => {
  const [, cluster = '', instance = ''] = key.split('/');
  return { key, value: record, indexes: record.held ? [indexes.held(cluster, instance)] : [] };
};

/** Of a process that lives, to be finished, or started by nobody we know of. */
const isUnsettled = ({ owner, lastStatus }: TaskRecord) =>
  owner !== undefined || lastStatus === 'STOPPING' || lastStatus === 'PENDING';

function filtersOf(record: TaskRecord): TaskFilter[] {
  const filters: TaskFilter[] = [
    { what: 'family', value: record.family },
    { what: 'instance', value: record.instance },
  ];
  if (record.startedBy !== undefined) filters.push({ what: 'startedBy', value: record.startedBy });
  const service = serviceOf(record);
  if (service !== undefined) filters.push({ what: 'service', value: service });
  return filters;
}
