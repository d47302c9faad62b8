import { nameOf } from './container-name.js';
import { faultIf, type Fault } from './fault.js';
import { shorten } from './shorten.js';
import type { ContainerDefinition, HealthCheck } from './types.js';

/** What ECS, or Docker after it, would refuse of how a container is watched, bounded and equipped. */
export function settingProblems(container: ContainerDefinition): Fault[] {
  return [
    ...healthCheckProblems(container),
    ...ulimitProblems(container),
    ...linuxProblems(container),
    ...gpuProblems(container),
    ...restartProblems(container),
  ];
}

/** Seconds and counts as ECS's API model has them. */
const healthCheckRanges = {
  interval: [5, 300],
  timeout: [2, 60],
  retries: [1, 10],
  startPeriod: [0, 300],
} as const satisfies Partial<Record<keyof HealthCheck, readonly [number, number]>>;

function healthCheckProblems(container: ContainerDefinition): Fault[] {
  const check = container.healthCheck;
  if (!check) return [];
  const named = nameOf(container);
  const ranges = Object.entries(healthCheckRanges) as [
    keyof typeof healthCheckRanges,
    readonly [number, number],
  ][];
  const outside = ranges.flatMap(([member, [min, max]]) => {
    const value = check[member];
    return faultIf(value !== undefined && (value < min || value > max), {
      text: `The health check's ${member} of container '${named}' must be ${min} to ${max}, not ${value}.`,
      at: `healthCheck.${member}`,
    });
  });
  const [kind] = check.command ?? [];
  return [
    ...outside,
    ...faultIf(!check.command?.length, {
      text: `The health check of container '${named}' needs a command.`,
      at: 'healthCheck.command',
    }),
    ...faultIf(kind !== undefined && !['CMD', 'CMD-SHELL'].includes(kind), {
      text: `The health check's command of container '${named}' must begin with CMD or CMD-SHELL.`,
      remedy: 'Such as ["CMD-SHELL", "curl -f http://localhost/ || exit 1"].',
      at: 'healthCheck.command[0]',
    }),
  ];
}

function ulimitProblems(container: ContainerDefinition): Fault[] {
  return (container.ulimits ?? []).flatMap(({ name, softLimit = 0, hardLimit = 0 }, i) =>
    faultIf(hardLimit !== -1 && softLimit > hardLimit, {
      text: `The ulimit ${name} of container '${nameOf(container)}' has a softLimit above its hardLimit.`,
      at: `ulimits[${i}]`,
    }),
  );
}

/** Swap and swappiness as ECS's API model has them; sizes that Docker would refuse when the task starts. */
function linuxProblems(container: ContainerDefinition): Fault[] {
  const { linuxParameters: linux = {}, systemControls = [] } = container;
  const { maxSwap = 0, swappiness = 0, sharedMemorySize = 1, tmpfs = [], devices = [] } = linux;
  const is = (bad: boolean, words: string, at: string) => faultIf(bad, setting(container, words, at));
  const swap = 'linuxParameters.maxSwap';
  const swapping = 'linuxParameters.swappiness';
  const shared = 'linuxParameters.sharedMemorySize';
  return [
    ...is(maxSwap < 0, `${swap} must be 0 or more (MiB), not ${maxSwap}`, swap),
    ...is(swappiness < 0 || swappiness > 100, `${swapping} must be 0 to 100, not ${swappiness}`, swapping),
    ...is(sharedMemorySize < 1, `${shared} must be 1 MiB or more`, shared),
    ...tmpfs.flatMap(({ containerPath, size = 0 }, i) =>
      is(
        !containerPath?.startsWith('/') || !(size > 0),
        'linuxParameters.tmpfs needs an absolute containerPath and a size in MiB',
        `linuxParameters.tmpfs[${i}]`,
      ),
    ),
    ...devices.flatMap(({ hostPath }, i) =>
      is(
        !hostPath?.startsWith('/'),
        'linuxParameters.devices needs an absolute hostPath',
        `linuxParameters.devices[${i}].hostPath`,
      ),
    ),
    ...systemControls.flatMap(({ namespace, value }, i) =>
      is(
        !namespace || value === undefined,
        'systemControls needs a namespace and a value',
        `systemControls[${i}]`,
      ),
    ),
  ];
}

const setting = (container: ContainerDefinition, words: string, at: string): Fault => ({
  text: `Invalid setting for container '${nameOf(container)}': ${words}.`,
  at,
});

/** `ALL` and types of AWS alone are refused as fields. */
function gpuProblems(container: ContainerDefinition): Fault[] {
  const requirements = container.resourceRequirements ?? [];
  const named = nameOf(container);
  const at = 'resourceRequirements';
  if (requirements.filter(({ type }) => type === 'GPU').length > 1)
    return [{ text: `The GPUs of container '${named}' are asked for twice.`, at }];
  return requirements.flatMap(({ type, value = '', sharingStrategy }, i) =>
    faultIf(type === 'GPU' && !sharingStrategy && value !== 'ALL' && !/^[1-9]\d{0,3}$/.test(value), {
      text: `The GPUs of container '${named}' are a number such as '1', not '${shorten(value)}'.`,
      at: `${at}[${i}].value`,
    }),
  );
}

/** Seconds and counts as ECS's API model has them. */
function restartProblems(container: ContainerDefinition): Fault[] {
  const { ignoredExitCodes = [], restartAttemptPeriod: period = 60 } = container.restartPolicy ?? {};
  const is = (bad: boolean, member: string, words: string) =>
    faultIf(bad, setting(container, `restartPolicy.${member} ${words}`, `restartPolicy.${member}`));
  return [
    ...is(period < 60 || period > 1800, 'restartAttemptPeriod', `must be 60 to 1800, not ${period}`),
    ...is(ignoredExitCodes.length > 50, 'ignoredExitCodes', 'holds 50 at most'),
  ];
}
