/** A figure of ECS and what Longshore makes of it; Infinity where there is no limit. */
export interface Limit {
  what: string;
  ecs: number;
  ours: number;
  /** Why ours differs, or what bounds it instead. */
  note?: string;
}

/**
 * ECS's limits in one table; docs/limits.md is written from it. The figures are those of ECS's API model and of the
 * service quotas page.
 */
export const limits = {
  containersPerDefinition: {
    what: 'Containers of a task definition',
    ecs: 10,
    ours: Infinity,
    note: 'bounded by the size of the definition',
  },
  definitionBytes: { what: 'Size of a task definition, in bytes', ecs: 65_536, ours: 65_536 },
  tasksPerRunTask: {
    what: 'Tasks of one run-task (count)',
    ecs: 10,
    ours: 10_000,
    note: 'lifted; what remains keeps a slip of the finger from filling the state',
  },
  instancesPerStart: { what: 'Hosts of one start-task', ecs: 10, ours: 10 },
  stopTimeoutSeconds: {
    what: 'stopTimeout of a container, in seconds',
    ecs: 120,
    ours: Infinity,
    note: "lifted; ECS's limit is Fargate's",
  },
  tasksPerDescribe: { what: 'Tasks of one describe-tasks', ecs: 100, ours: 100 },
  clustersPerDescribe: { what: 'Clusters of one describe-clusters', ecs: 100, ours: 100 },
  instancesPerDescribe: { what: 'Hosts of one describe-container-instances', ecs: 100, ours: 100 },
  instancesPerStateUpdate: { what: 'Hosts of one update-container-instances-state', ecs: 10, ours: 10 },
  definitionsPerDelete: { what: 'Task definitions of one delete-task-definitions', ecs: 10, ours: 10 },
  servicesPerDescribe: { what: 'Services of one describe-services', ecs: 10, ours: 10 },
  deploymentsPerDescribe: { what: 'Deployments of one describe-service-deployments', ecs: 20, ours: 20 },
  revisionsPerDescribe: { what: 'Revisions of one describe-service-revisions', ecs: 20, ours: 20 },
  capacityProvidersPerDescribe: {
    what: 'Capacity providers of one describe-capacity-providers',
    ecs: 100,
    ours: 100,
  },
  tasksPerProtection: { what: 'Tasks of one update-task-protection', ecs: 10, ours: 10 },
  protectionsPerGet: { what: 'Tasks of one get-task-protection', ecs: 100, ours: 100 },
  tasksPerWait: {
    what: 'Tasks of one wait',
    ecs: 100,
    ours: 10_000,
    note: 'as many as one run-task starts',
  },
  servicesPerWait: { what: 'Services of one wait', ecs: 10, ours: 100, note: 'lifted' },
  itemsOfOthers: {
    what: 'Items of any other list',
    ecs: Infinity,
    ours: 1000,
    note: 'nobody who asks for more keeps others waiting',
  },
  eventsPerService: { what: 'Events of a service', ecs: 100, ours: 100 },
  tasksPerService: { what: 'Tasks of a service', ecs: 5_000, ours: Infinity },
  servicesPerCluster: { what: 'Services of a cluster', ecs: 5_000, ours: Infinity },
  pageItems: { what: 'Items of a page of a list', ecs: 100, ours: 100 },
  placementConstraints: { what: 'Placement constraints of a task definition or task', ecs: 10, ours: 10 },
  placementStrategies: { what: 'Placement strategies of a task', ecs: 5, ours: 5 },
  expressionLength: { what: 'Characters of a memberOf expression', ecs: 2_000, ours: 2_000 },
  overridesLength: { what: 'Characters of the overrides of a task', ecs: 8_192, ours: 8_192 },
  tags: { what: 'Tags of a resource', ecs: 50, ours: 50 },
  tagKeyLength: { what: 'Characters of a tag key', ecs: 128, ours: 128 },
  tagValueLength: { what: 'Characters of a tag value', ecs: 256, ours: 256 },
  attributes: { what: 'Custom attributes of a host', ecs: 10, ours: 10 },
  attributesPerCall: { what: 'Attributes of one put-attributes or delete-attributes', ecs: 10, ours: 10 },
  attributeLength: { what: "Characters of an attribute's name or value", ecs: 128, ours: 128 },
  startedByLength: { what: 'Characters of startedBy (run-task)', ecs: 128, ours: 128 },
  startTaskStartedByLength: { what: 'Characters of startedBy (start-task)', ecs: 36, ours: 36 },
  serviceTokenLength: { what: 'Characters of a client token (create-service)', ecs: 36, ours: 36 },
  clientTokenLength: { what: 'Characters of a client token (run-task)', ecs: 64, ours: 64 },
  nameLength: { what: 'Characters of the name of a cluster, family or container', ecs: 255, ours: 255 },
  clusters: { what: 'Clusters', ecs: 10_000, ours: Infinity },
  instancesPerCluster: { what: 'Hosts of a cluster', ecs: 5_000, ours: Infinity },
  reservedPorts: { what: 'Reserved host ports of a host', ecs: 100, ours: Infinity },
} as const satisfies Record<string, Limit>;
