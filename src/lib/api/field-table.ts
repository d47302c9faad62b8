import { nearestName } from './nearest.js';
import { isReservedLabel } from './reserved-labels.js';
import { parseSecretReference } from './secret-reference.js';
import { shorten } from './shorten.js';
import type {
  ContainerDefinition,
  ContainerOverride,
  ContainerRestartPolicy,
  LinuxParameters,
  RegisterTaskDefinitionRequest,
  Secret,
  TaskOverride,
} from './types.js';
import { volumesFate } from './volume-fates.js';

/** What becomes of a field of a task definition. */
export interface Field {
  /**
   * - honoured: does what it does in ECS;
   * - refused: a definition with it isn't registered, since running it without would be something else;
   * - accepted: only means something inside AWS, or less here; kept, and named in a warning.
   */
  fate: 'honoured' | 'refused' | 'accepted';
  /** Ends the sentence of the refusal or warning; says in the documentation what differs. */
  hint?: string;
  /** Values with another fate than the field. */
  values?: (value: never) => { fate: Field['fate']; what?: string; hint?: string } | undefined;
}

/** Docker Engine's own. */
const builtInLogDrivers = [
  ...['json-file', 'local', 'none', 'journald', 'syslog', 'gelf', 'fluentd', 'splunk'],
  ...['gcplogs', 'logentries', 'etwlogs'],
];
const isLogDriver = (name: string) => builtInLogDrivers.includes(name) || /^[\w./-]+:[\w.-]+$/.test(name);

const honoured = { fate: 'honoured' } as const;
const refused = (hint?: string) => ({ fate: 'refused', ...(hint && { hint }) }) as const;
const accepted = (hint: string) => ({ fate: 'accepted', hint }) as const;

/** Every member of RegisterTaskDefinition, in ECS's order. */
export const definitionFields = {
  family: honoured,
  taskRoleArn: accepted('containers get no AWS credentials from it'),
  executionRoleArn: accepted('nothing is pulled or logged through AWS'),
  networkMode: {
    fate: 'honoured',
    hint: "with awsvpc each task has an address of its own on its host's network, without security groups",
  },
  containerDefinitions: honoured,
  volumes: {
    fate: 'honoured',
    hint: 'host and dockerVolumeConfiguration: [volumes](volumes.md); kinds that only AWS has (EFS, FSx, S3, EBS) are refused',
    values: volumesFate,
  },
  placementConstraints: honoured,
  requiresCompatibilities: {
    fate: 'honoured',
    hint: 'FARGATE and MANAGED_INSTANCES are accepted, and tasks run on your own hosts',
    values: (kinds: string[]) => {
      const foreign = kinds.filter((kind) => kind !== 'EC2' && kind !== 'EXTERNAL');
      if (foreign.length === 0) return undefined;
      return {
        fate: 'accepted',
        what: `requiresCompatibilities ${foreign.join(', ')}`,
        hint: 'tasks run on your own hosts',
      };
    },
  },
  cpu: { fate: 'honoured', hint: 'placement counts it; it bounds each container of the task, not their sum' },
  memory: {
    fate: 'honoured',
    hint: 'placement counts it; it bounds each container without a limit of its own, not their sum',
  },
  tags: honoured,
  pidMode: honoured,
  ipcMode: honoured,
  proxyConfiguration: accepted('there is no App Mesh outside AWS'),
  inferenceAccelerators: accepted('Elastic Inference exists only inside AWS'),
  ephemeralStorage: accepted("tasks use the host's disk as it is"),
  runtimePlatform: {
    fate: 'honoured',
    hint: 'LINUX only; the task goes to hosts of that cpuArchitecture',
    values: ({ operatingSystemFamily: system }: { operatingSystemFamily?: string }) =>
      system && system !== 'LINUX'
        ? {
            fate: 'refused',
            what: `runtimePlatform.operatingSystemFamily ${system}`,
            hint: 'hosts run Linux',
          }
        : undefined,
  },
  enableFaultInjection: accepted('fault injection is a service of AWS'),
} as const satisfies Record<keyof Required<RegisterTaskDefinitionRequest>, Field>;

/** Every member of a container definition, in ECS's order. */
export const containerFields = {
  name: honoured,
  image: honoured,
  repositoryCredentials: {
    fate: 'honoured',
    hint: 'looked up as secrets; without, the credentials of docker login count: see images.md',
  },
  cpu: honoured,
  memory: honoured,
  memoryReservation: honoured,
  links: honoured,
  portMappings: {
    fate: 'honoured',
    hint: 'name and appProtocol only mean something to Service Connect',
    values: (mappings: { name?: string; appProtocol?: string }[]) => {
      const named = mappings.some((mapping) => mapping.name || mapping.appProtocol);
      return named
        ? {
            fate: 'accepted',
            what: 'portMappings.name or .appProtocol',
            hint: 'there is no Service Connect',
          }
        : undefined;
    },
  },
  essential: honoured,
  restartPolicy: {
    fate: 'honoured',
    hint: "by Docker, after longer and longer pauses (up to a minute), and also when the host has started; ignoredExitCodes other than 0 are refused, restartAttemptPeriod is accepted: how long it ran doesn't matter",
    values: ({ enabled, ignoredExitCodes = [], restartAttemptPeriod }: ContainerRestartPolicy) => {
      if (!enabled) return { fate: 'honoured' };
      const others = ignoredExitCodes.filter((code) => code !== 0);
      if (others.length > 0) {
        return {
          fate: 'refused',
          what: `restartPolicy.ignoredExitCodes ${others.join(', ')}`,
          hint: 'Docker can only make an exception of 0',
        };
      }
      return restartAttemptPeriod === undefined
        ? undefined
        : {
            fate: 'accepted',
            what: 'restartPolicy.restartAttemptPeriod',
            hint: 'Docker restarts a container however short it ran, after longer and longer pauses',
          };
    },
  },
  entryPoint: honoured,
  command: honoured,
  environment: honoured,
  environmentFiles: {
    fate: 'honoured',
    hint: 'read on the client when a task starts; an object of S3 is looked for by its key: see secrets.md',
  },
  mountPoints: honoured,
  volumesFrom: honoured,
  linuxParameters: {
    fate: 'honoured',
    hint: 'swappiness counts only with maxSwap, and on hosts with cgroup v1',
    values: ({ swappiness }: LinuxParameters) =>
      swappiness === undefined
        ? undefined
        : {
            fate: 'accepted',
            what: 'linuxParameters.swappiness on hosts with cgroup v2',
            hint: 'their kernels have none',
          },
  },
  secrets: {
    fate: 'honoured',
    hint: 'looked up on the client when a task starts, ARNs by their names; one whose name is a path is a file: see secrets.md; each has one version',
    values: (secrets: Secret[]) =>
      secrets.some(({ valueFrom = '' }) => parseSecretReference(valueFrom)?.version !== undefined)
        ? { fate: 'accepted', what: 'a version in secrets.valueFrom', hint: 'a secret has one version' }
        : undefined,
  },
  dependsOn: { fate: 'honoured', hint: 'see [order of containers](order-of-containers.md)' },
  startTimeout: {
    fate: 'honoured',
    hint: 'how long others wait for this one; without it the wait has no end',
  },
  stopTimeout: { fate: 'honoured', hint: "without ECS's upper limit" },
  versionConsistency: {
    fate: 'accepted',
    hint: "the tasks of one command have one image, and those of a service's deployment; a later one asks again what the tag means",
    values: (value: string) => (value === 'disabled' ? { fate: 'honoured' } : undefined),
  },
  hostname: honoured,
  user: honoured,
  workingDirectory: honoured,
  disableNetworking: honoured,
  privileged: honoured,
  readonlyRootFilesystem: honoured,
  dnsServers: honoured,
  dnsSearchDomains: honoured,
  extraHosts: honoured,
  dockerSecurityOptions: honoured,
  interactive: honoured,
  pseudoTerminal: honoured,
  dockerLabels: {
    fate: 'honoured',
    hint: 'except names that start with com.amazonaws. or longshore.',
    values: (labels: Record<string, string>) =>
      Object.keys(labels).some(isReservedLabel)
        ? {
            fate: 'accepted',
            what: 'a name in dockerLabels that starts with com.amazonaws. or longshore.',
            hint: 'such labels are written by Longshore itself',
          }
        : undefined,
  },
  ulimits: honoured,
  logConfiguration: {
    fate: 'honoured',
    hint: "any driver of the host's engine: [logs](logs.md); awsfirelens is refused; secretOptions are looked up as secrets",
    values: ({ logDriver }: { logDriver?: string }) => {
      if (logDriver === 'awslogs') {
        return {
          fate: 'accepted',
          what: 'log driver awslogs',
          hint: 'logs stay on the host, and longshore logs --log-group shows them',
        };
      }
      if (logDriver === 'awsfirelens') {
        return {
          fate: 'refused',
          what: 'log driver awsfirelens',
          hint: "use fluentd, with fluentd-address in its options, or another driver of the host's engine",
        };
      }
      if (logDriver && !isLogDriver(logDriver)) {
        const known = nearestName(logDriver, builtInLogDrivers);
        const hint = known
          ? `the nearest is ${known}`
          : 'a plug-in is named with its tag, such as loki:latest';
        return { fate: 'refused', what: `log driver ${shorten(logDriver)}`, hint };
      }
      return undefined;
    },
  },
  healthCheck: honoured,
  systemControls: honoured,
  resourceRequirements: {
    fate: 'honoured',
    hint: "GPU with a number, NVIDIA's; InferenceAccelerator, NeuronDevice, ALL and sharingStrategy are refused",
    values: (requirements: { type?: string; value?: string; sharingStrategy?: unknown }[]) => {
      const foreign = requirements.find(({ type }) => type !== 'GPU')?.type;
      if (foreign !== undefined) {
        const hint = `${foreign} exists only inside AWS`;
        return { fate: 'refused', what: `resourceRequirements of type ${foreign}`, hint };
      }
      if (requirements.some(({ sharingStrategy }) => sharingStrategy))
        return {
          fate: 'refused',
          what: 'resourceRequirements.sharingStrategy',
          hint: 'a task has its GPUs for itself',
        };
      return requirements.some(({ value }) => value === 'ALL')
        ? { fate: 'refused', what: 'resourceRequirements with the value ALL', hint: 'say how many GPUs' }
        : undefined;
    },
  },
  firelensConfiguration: refused(
    'run the log router as a container, and send it the logs with the log driver fluentd',
  ),
  credentialSpecs: refused('it belongs to Windows containers'),
} as const satisfies Record<keyof Required<ContainerDefinition>, Field>;

/** Every member of a task's overrides: as in the definition. */
export const overrideFields = {
  containerOverrides: honoured,
  cpu: definitionFields.cpu,
  inferenceAcceleratorOverrides: accepted('Elastic Inference exists only inside AWS'),
  executionRoleArn: definitionFields.executionRoleArn,
  memory: definitionFields.memory,
  taskRoleArn: definitionFields.taskRoleArn,
  ephemeralStorage: definitionFields.ephemeralStorage,
} as const satisfies Record<keyof Required<TaskOverride>, Field>;

/** Every member of the overrides of a container. */
export const containerOverrideFields = {
  name: containerFields.name,
  command: containerFields.command,
  environment: containerFields.environment,
  environmentFiles: containerFields.environmentFiles,
  cpu: containerFields.cpu,
  memory: containerFields.memory,
  memoryReservation: containerFields.memoryReservation,
  resourceRequirements: containerFields.resourceRequirements,
} as const satisfies Record<keyof Required<ContainerOverride>, Field>;
