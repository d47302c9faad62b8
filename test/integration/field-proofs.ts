/**
 * Where the effect of a field is seen that field-effects.ts has not: by file and title of a test, the members that it
 * would miss. Those of the definition itself begin with `task.`, those of a run's overrides with `overrides.`.
 */
export const proofs: Record<string, Record<string, string[]>> = {
  'fields.test.ts': {
    LONGSHORE_ENABLE_CONTAINER_METADATA: ['task.family', 'name', 'image'],
    'healthCheck: a container becomes': [
      'healthCheck.command',
      'healthCheck.interval',
      'healthCheck.timeout',
      'healthCheck.retries',
      'healthCheck.startPeriod',
    ],
    'portMappings of protocol udp': ['portMappings.protocol=udp'],
    'logConfiguration: options and secretOptions': [
      'logConfiguration.options',
      'logConfiguration.secretOptions.name',
      'logConfiguration.secretOptions.valueFrom',
    ],
    'tags: tasks that are to have': ['task.tags.key', 'task.tags.value', 'dockerLabels'],
    'cpuArchitecture: of another one': [
      'task.runtimePlatform.cpuArchitecture=ARM64',
      'task.runtimePlatform.cpuArchitecture=X86_64',
    ],
  },
  'awsvpc.test.ts': { 'two clients at once make one network': ['task.networkMode=awsvpc'] },
  'gpus.test.ts': {
    'gives each container GPUs of its own': ['resourceRequirements.value', 'resourceRequirements.type=GPU'],
    'is the only one considered': [
      'overrides.containerOverrides.resourceRequirements.value',
      'overrides.containerOverrides.resourceRequirements.type=GPU',
    ],
  },
  'logs.test.ts': { 'that can not be read are told of': ['logConfiguration.logDriver'] },
  'main-job.test.ts': {
    'publishes fixed and chosen ports': [
      'portMappings.containerPort',
      'portMappings.hostPort',
      'portMappings.protocol=tcp',
    ],
    'runs the containers of a task together, linked': ['links'],
    'where an essential container ended': ['essential'],
  },
  'order.test.ts': {
    'is that of dependsOn at the start': [
      'dependsOn.containerName',
      'dependsOn.condition=COMPLETE',
      'dependsOn.condition=HEALTHY',
      'dependsOn.condition=START',
      'dependsOn.condition=SUCCESS',
    ],
    'waits no longer than startTimeout': ['startTimeout'],
    'a restart policy is the engine’s': ['restartPolicy.enabled', 'restartPolicy.ignoredExitCodes'],
  },
  'agent.test.ts': { 'asks first, and kills after the container’s own time': ['stopTimeout'] },
  'port-range.test.ts': { 'take a range of ports': ['portMappings.containerPortRange'] },
  'pull.test.ts': { 'come with repositoryCredentials': ['repositoryCredentials.credentialsParameter'] },
  'secrets.test.ts': {
    'reach the container from the store': [
      'secrets.name',
      'secrets.valueFrom',
      'environmentFiles.value',
      'environmentFiles.type=s3',
    ],
  },
  'volumes.test.ts': {
    'paths of the host are made': [
      'mountPoints.sourceVolume',
      'mountPoints.containerPath',
      'mountPoints.readOnly',
      'task.volumes.name',
      'task.volumes.host.sourcePath',
    ],
    "a task's own volumes are shared": [
      'volumesFrom.sourceContainer',
      'volumesFrom.readOnly',
      'task.volumes.dockerVolumeConfiguration.scope=task',
      'task.volumes.dockerVolumeConfiguration.driverOpts',
      'task.volumes.dockerVolumeConfiguration.labels',
    ],
    'those of a driver come from it': ['task.volumes.dockerVolumeConfiguration.driver'],
    'keep their data from task to task': ['task.volumes.dockerVolumeConfiguration.scope=shared'],
    'must be there unless': ['task.volumes.dockerVolumeConfiguration.autoprovision'],
  },
};
