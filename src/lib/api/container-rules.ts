import { isName } from './arn.js';
import { envFilePaths } from './env-file.js';
import { limits } from './limits.js';
import { parseSecretReference } from './secret-reference.js';
import { shorten } from './shorten.js';
import { repeated } from './tags.js';
import type { ContainerDefinition, HealthCheck, RegisterTaskDefinitionRequest } from './types.js';

/** Docker 20.10 and later refuse less (ECS: 6 MiB; 4 MiB for Docker 19.03 and earlier). */
const minMemory = 6;

/** What ECS would refuse in one container, without looking at the others. */
export function containerProblems(
  container: ContainerDefinition,
  definition: Pick<RegisterTaskDefinitionRequest, 'memory'>,
): string[] {
  return [
    ...nameProblems(container),
    ...imageProblems(container),
    ...memoryProblems(container, definition),
    ...numberProblems(container),
    ...environmentProblems(container),
    ...referenceProblems(container),
    ...pathProblems(container),
    ...healthCheckProblems(container),
    ...ulimitProblems(container),
    ...linuxProblems(container),
    ...gpuProblems(container),
    ...restartProblems(container),
  ];
}

function nameProblems({ name }: ContainerDefinition): string[] {
  if (!name) return ['Container.name should not be null or empty.'];
  if (name.length > limits.nameLength.ours) return [`Container.name longer than ${limits.nameLength.ours}.`];
  return isName(name) ? [] : ['Container.name contains invalid characters.'];
}

function imageProblems({ image }: ContainerDefinition): string[] {
  if (!image) return ['Container.image should not be null or empty.'];
  if (image.length > 255) return ['Container.image longer than 255.'];
  return /^[\w][\w.\-/:@+#]*$/.test(image) ? [] : ['Container.image contains invalid characters.'];
}

/** Equal limits are taken: ECS's documents ask for memory above memoryReservation, ECS itself doesn't. */
function memoryProblems(
  container: ContainerDefinition,
  definition: Pick<RegisterTaskDefinitionRequest, 'memory'>,
): string[] {
  const { memory, memoryReservation: reservation } = container;
  const named = nameOf(container);
  if (memory === undefined && reservation === undefined) {
    if (definition.memory) return [];
    return [
      `Invalid setting for container '${named}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    ];
  }
  const tooSmall = (['memory', 'memoryReservation'] as const)
    .filter((member) => (container[member] ?? minMemory) < minMemory)
    .map(
      (member) =>
        `Invalid '${member}' setting for container '${named}'. The least is ${minMemory} MiB, which Docker itself needs.`,
    );
  if (tooSmall.length === 0 && memory !== undefined && reservation !== undefined && memory < reservation) {
    return [
      `Invalid setting for container '${named}'. 'memory' (${memory}) must not be less than 'memoryReservation' (${reservation}).`,
    ];
  }
  return tooSmall;
}

function numberProblems(container: ContainerDefinition): string[] {
  return (['cpu', 'startTimeout', 'stopTimeout'] as const)
    .filter((member) => (container[member] ?? 0) < 0 || (container[member] ?? 0) > 2_147_483_647)
    .map((member) => `Invalid '${member}' setting for container '${nameOf(container)}'.`);
}

/** Names only: values may be secrets. */
function environmentProblems(container: ContainerDefinition): string[] {
  const { environment = [], secrets = [] } = container;
  const named = nameOf(container);
  const problems = [...environment, ...secrets].flatMap(({ name = '' }) => {
    if (name === '') return [`An environment variable of container '${named}' has no name.`];
    // eslint-disable-next-line no-control-regex -- NUL ends a variable in the kernel
    return /[=\u0000]/.test(name)
      ? [`The environment variable '${shorten(name)}' of container '${named}' must not contain = or NUL.`]
      : [];
  });
  const plain = new Set(environment.map((variable) => variable.name));
  const clash =
    secrets.find((secret) => plain.has(secret.name))?.name ??
    repeated(secrets.map((secret) => secret.name))[0];
  if (clash !== undefined) {
    problems.push(
      `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${shorten(clash)}'.`,
    );
  }
  return problems;
}

/** What refers to values of the client's; whether they are there is seen when a task starts. */
function referenceProblems(container: ContainerDefinition): string[] {
  const named = nameOf(container);
  const secrets = [...(container.secrets ?? []), ...(container.logConfiguration?.secretOptions ?? [])];
  return [
    ...(container.secrets ?? [])
      .filter(({ name = '' }) => name.startsWith('/'))
      .map(
        ({ name = '' }) =>
          `The secret '${shorten(name)}' of container '${named}' is named as a file; secrets are variables of the environment.`,
      ),
    ...secrets
      .filter(({ valueFrom = '' }) => parseSecretReference(valueFrom) === undefined)
      .map(
        ({ name = '' }) =>
          `The valueFrom of the secret '${shorten(name)}' of container '${named}' must be a name, env:NAME, file:PATH or an ARN of a secret or parameter.`,
      ),
    ...[container.repositoryCredentials?.credentialsParameter]
      .filter((reference) => reference !== undefined && parseSecretReference(reference) === undefined)
      .map(() => `The credentialsParameter of container '${named}' must be a name or an ARN of a secret.`),
    ...(container.environmentFiles ?? [])
      .filter(({ value = '' }) => envFilePaths(value) === undefined)
      .map(() => `An environment file of container '${named}' must be a path or the ARN of an object in S3.`),
  ];
}

function pathProblems(container: ContainerDefinition): string[] {
  const { workingDirectory: directory, user, hostname } = container;
  const named = nameOf(container);
  return [
    directory &&
      !/^(\/|[A-Za-z]:)/.test(directory) &&
      `The workingDirectory of container '${named}' must be an absolute path.`,
    user && /\s/.test(user) && `The user of container '${named}' must not contain spaces.`,
    hostname &&
      !/^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(hostname) &&
      `The hostname of container '${named}' must consist of letters, digits, - and dots.`,
  ].filter((problem) => typeof problem === 'string' && problem !== '') as string[];
}

/** Seconds and counts as ECS's API model has them. */
const healthCheckRanges = {
  interval: [5, 300],
  timeout: [2, 60],
  retries: [1, 10],
  startPeriod: [0, 300],
} as const satisfies Partial<Record<keyof HealthCheck, readonly [number, number]>>;

function healthCheckProblems(container: ContainerDefinition): string[] {
  const check = container.healthCheck;
  if (!check) return [];
  const named = nameOf(container);
  const ranges = Object.entries(healthCheckRanges) as [
    keyof typeof healthCheckRanges,
    readonly [number, number],
  ][];
  const problems = ranges.flatMap(([member, [min, max]]) => {
    const value = check[member];
    if (value === undefined || (value >= min && value <= max)) return [];
    return [`The health check's ${member} of container '${named}' must be ${min} to ${max}, not ${value}.`];
  });
  if (!check.command?.length) problems.push(`The health check of container '${named}' needs a command.`);
  else if (!['CMD', 'CMD-SHELL'].includes(check.command[0] ?? '')) {
    problems.push(`The health check's command of container '${named}' must begin with CMD or CMD-SHELL.`);
  }
  return problems;
}

function ulimitProblems(container: ContainerDefinition): string[] {
  return (container.ulimits ?? [])
    .filter(({ softLimit = 0, hardLimit = 0 }) => hardLimit !== -1 && softLimit > hardLimit)
    .map(
      ({ name }) =>
        `The ulimit ${name} of container '${nameOf(container)}' has a softLimit above its hardLimit.`,
    );
}

/** Swap and swappiness as ECS's API model has them; sizes that Docker would refuse when the task starts. */
function linuxProblems(container: ContainerDefinition): string[] {
  const { linuxParameters: linux = {}, systemControls = [] } = container;
  const named = nameOf(container);
  const { maxSwap, swappiness, sharedMemorySize, tmpfs = [], devices = [] } = linux;
  const is = (bad: boolean, words: string) =>
    bad ? [`Invalid setting for container '${named}': ${words}.`] : [];
  return [
    ...is((maxSwap ?? 0) < 0, `linuxParameters.maxSwap must be 0 or more (MiB), not ${maxSwap}`),
    ...is(
      (swappiness ?? 0) < 0 || (swappiness ?? 0) > 100,
      `linuxParameters.swappiness must be 0 to 100, not ${swappiness}`,
    ),
    ...is((sharedMemorySize ?? 1) < 1, 'linuxParameters.sharedMemorySize must be 1 MiB or more'),
    ...tmpfs.flatMap(({ containerPath, size }) =>
      is(
        !containerPath?.startsWith('/') || !((size ?? 0) > 0),
        'linuxParameters.tmpfs needs an absolute containerPath and a size in MiB',
      ),
    ),
    ...devices.flatMap(({ hostPath }) =>
      is(!hostPath?.startsWith('/'), 'linuxParameters.devices needs an absolute hostPath'),
    ),
    ...systemControls.flatMap(({ namespace, value }) =>
      is(!namespace || value === undefined, 'systemControls needs a namespace and a value'),
    ),
  ];
}

/** `ALL` and types of AWS alone are refused as fields. */
function gpuProblems(container: ContainerDefinition): string[] {
  const gpus = (container.resourceRequirements ?? []).filter(({ type }) => type === 'GPU');
  const named = nameOf(container);
  if (gpus.length > 1) return [`The GPUs of container '${named}' are asked for twice.`];
  return gpus
    .filter(
      ({ value, sharingStrategy }) =>
        !sharingStrategy && value !== 'ALL' && !/^[1-9]\d{0,3}$/.test(value ?? ''),
    )
    .map(
      ({ value = '' }) =>
        `The GPUs of container '${named}' are a number such as '1', not '${shorten(value)}'.`,
    );
}

/** Seconds and counts as ECS's API model has them. */
function restartProblems(container: ContainerDefinition): string[] {
  const { ignoredExitCodes = [], restartAttemptPeriod: period } = container.restartPolicy ?? {};
  const is = (bad: boolean, words: string) =>
    bad ? [`Invalid setting for container '${nameOf(container)}': restartPolicy.${words}.`] : [];
  return [
    ...is(
      period !== undefined && (period < 60 || period > 1800),
      `restartAttemptPeriod must be 60 to 1800, not ${period}`,
    ),
    ...is(ignoredExitCodes.length > 50, 'ignoredExitCodes holds 50 at most'),
  ];
}

/** The container's name as it may stand in a message. */
export const nameOf = (container: ContainerDefinition) => shorten(container.name ?? '');
