import { isName } from './arn.js';
import { nameOf } from './container-name.js';
import { settingProblems } from './container-setting-rules.js';
import { envFilePaths } from './env-file.js';
import { limits } from './limits.js';
import { secretFileProblems } from './secret-files.js';
import { parseSecretReference } from './secret-reference.js';
import { shorten } from './shorten.js';
import { repeated } from './tags.js';
import { faultIf, type Fault } from './fault.js';
import type { ContainerDefinition, RegisterTaskDefinitionRequest, Secret } from './types.js';

/** Docker 20.10 and later refuse less (ECS: 6 MiB; 4 MiB for Docker 19.03 and earlier). */
const minMemory = 6;

/** What ECS would refuse in one container, without looking at the others. */
export function containerProblems(
  container: ContainerDefinition,
  definition: Pick<RegisterTaskDefinitionRequest, 'memory'>,
): Fault[] {
  return [
    ...nameProblems(container),
    ...imageProblems(container),
    ...memoryProblems(container, definition),
    ...numberProblems(container),
    ...environmentProblems(container),
    ...referenceProblems(container),
    ...pathProblems(container),
    ...settingProblems(container),
  ];
}

function nameProblems({ name }: ContainerDefinition): Fault[] {
  const at = 'name';
  if (!name) return [{ text: 'Container.name should not be null or empty.', at }];
  if (name.length > limits.nameLength.ours)
    return [{ text: `Container.name longer than ${limits.nameLength.ours}.`, at }];
  return faultIf(!isName(name), {
    text: 'Container.name contains invalid characters.',
    remedy: nameRemedy,
    at,
  });
}

/** What a family and a container may be called. */
export const nameRemedy = 'Write letters, digits, - and _ only.';

function imageProblems({ image }: ContainerDefinition): Fault[] {
  const at = 'image';
  if (!image) return [{ text: 'Container.image should not be null or empty.', at }];
  if (image.length > 255) return [{ text: 'Container.image longer than 255.', at }];
  const text = 'Container.image contains invalid characters.';
  return faultIf(!/^[\w][\w.\-/:@+#]*$/.test(image), { text, remedy: imageRemedy(image), at });
}

function imageRemedy(image: string): string {
  const placeholder = /<[^<>]*>|\$?\{+[^{}]*\}+|%\w+%|\$\w+/.exec(image)?.[0];
  if (placeholder !== undefined)
    return `${shorten(placeholder, 40)} is a placeholder: put the image's name in its place, such as nginx:1.27.`;
  return "Write the image's name, such as nginx:1.27 or registry.example.com/team/app:7.";
}

/** Equal limits are taken: ECS's documents ask for memory above memoryReservation, ECS itself doesn't. */
function memoryProblems(
  container: ContainerDefinition,
  definition: Pick<RegisterTaskDefinitionRequest, 'memory'>,
): Fault[] {
  const { memory, memoryReservation: reservation } = container;
  const named = nameOf(container);
  if (memory === undefined && reservation === undefined) {
    return faultIf(!definition.memory, {
      text: `Invalid setting for container '${named}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
      remedy: `Add "memory": MIB to the container, or "memory": "MIB" to the task.`,
      at: 'memory',
    });
  }
  const tooSmall = (['memory', 'memoryReservation'] as const)
    .filter((member) => (container[member] ?? minMemory) < minMemory)
    .map((member) => ({
      text: `Invalid '${member}' setting for container '${named}'.`,
      remedy: `The least is ${minMemory} MiB, which Docker itself needs.`,
      at: member,
    }));
  const isBelow = memory !== undefined && reservation !== undefined && memory < reservation;
  if (tooSmall.length > 0 || !isBelow) return tooSmall;
  return [
    {
      text: `Invalid setting for container '${named}'. 'memory' (${memory}) must not be less than 'memoryReservation' (${reservation}).`,
      at: 'memoryReservation',
    },
  ];
}

function numberProblems(container: ContainerDefinition): Fault[] {
  return (['cpu', 'startTimeout', 'stopTimeout'] as const)
    .filter((member) => (container[member] ?? 0) < 0 || (container[member] ?? 0) > 2_147_483_647)
    .map((member) => ({
      text: `Invalid '${member}' setting for container '${nameOf(container)}'.`,
      remedy: `It is ${member === 'cpu' ? 'a number of CPU units' : 'a number of seconds'}, 0 or more.`,
      at: member,
    }));
}

/** Names only: values may be secrets. */
function environmentProblems(container: ContainerDefinition): Fault[] {
  const { environment = [], secrets = [] } = container;
  const named = nameOf(container);
  const badNames = (member: string, variables: readonly { name?: string | undefined }[]) =>
    variables.flatMap(({ name = '' }, i): Fault[] => {
      const at = `${member}[${i}].name`;
      if (name === '') return [{ text: `An environment variable of container '${named}' has no name.`, at }];
      // eslint-disable-next-line no-control-regex -- NUL ends a variable in the kernel
      const isBad = /[=\u0000]/.test(name);
      const told = `The environment variable '${shorten(name)}' of container '${named}'`;
      return faultIf(isBad, { text: `${told} must not contain = or NUL.`, at });
    });
  const plain = new Set(environment.map((variable) => variable.name));
  const clash =
    secrets.find((secret) => plain.has(secret.name))?.name ??
    repeated(secrets.map((secret) => secret.name))[0];
  const text = `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${shorten(clash ?? '')}'.`;
  return [
    ...badNames('environment', environment),
    ...badNames('secrets', secrets),
    ...faultIf(clash !== undefined, { text, at: 'secrets' }),
  ];
}

/** What refers to values of the client's; whether they are there is seen when a task starts. */
function referenceProblems(container: ContainerDefinition): Fault[] {
  const named = nameOf(container);
  const { secrets = [], logConfiguration, environmentFiles = [] } = container;
  const credentials = container.repositoryCredentials?.credentialsParameter;
  const badReferences = (member: string, list: readonly Secret[]) =>
    list.flatMap(({ name = '', valueFrom = '' }, i) =>
      faultIf(parseSecretReference(valueFrom) === undefined, {
        text: `The valueFrom of the secret '${shorten(name)}' of container '${named}' must be a name, env:NAME, file:PATH or an ARN of a secret or parameter.`,
        at: `${member}[${i}].valueFrom`,
      }),
    );
  return [
    ...secretFileProblems(container),
    ...badReferences('secrets', secrets),
    ...badReferences('logConfiguration.secretOptions', logConfiguration?.secretOptions ?? []),
    ...faultIf(credentials !== undefined && parseSecretReference(credentials) === undefined, {
      text: `The credentialsParameter of container '${named}' must be a name or an ARN of a secret.`,
      at: 'repositoryCredentials.credentialsParameter',
    }),
    ...environmentFiles.flatMap(({ value = '' }, i) =>
      faultIf(envFilePaths(value) === undefined, {
        text: `An environment file of container '${named}' must be a path or the ARN of an object in S3.`,
        at: `environmentFiles[${i}].value`,
      }),
    ),
  ];
}

function pathProblems(container: ContainerDefinition): Fault[] {
  const { workingDirectory: directory = '', user = '', hostname = '' } = container;
  const named = nameOf(container);
  return [
    ...faultIf(directory !== '' && !/^(\/|[A-Za-z]:)/.test(directory), {
      text: `The workingDirectory of container '${named}' must be an absolute path.`,
      at: 'workingDirectory',
    }),
    ...faultIf(/\s/.test(user), {
      text: `The user of container '${named}' must not contain spaces.`,
      at: 'user',
    }),
    ...faultIf(hostname !== '' && !/^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(hostname), {
      text: `The hostname of container '${named}' must consist of letters, digits, - and dots.`,
      at: 'hostname',
    }),
  ];
}
