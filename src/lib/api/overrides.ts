import { containerProblems } from './container-rules.js';
import type { Fault } from './fault.js';
import { EcsError } from './errors.js';
import { checkOverrideFields } from './fields.js';
import { throwProblems } from './problems.js';
import { storageProblems, taskSizeProblems } from './task-definition-rules.js';
import { parseTaskCpu, parseTaskMemory } from './task-size.js';
import type { ContainerDefinition, KeyValuePair, TaskDefinition, TaskOverride } from './types.js';

export interface PreparedOverrides {
  /** `cpu` and `memory` as numbers in strings, as a definition has them once it is registered. */
  overrides: TaskOverride;
  /** What means nothing outside AWS or less here, one sentence each. */
  warnings: string[];
}

/**
 * A task's overrides: what a definition may not hold is refused here too, and so is what makes one of the definition
 * that would not have been registered. Pure. Throws InvalidParameterException with all problems at once.
 */
export function prepareOverrides(given: TaskOverride, definition: TaskDefinition): PreparedOverrides {
  const names = (definition.containerDefinitions ?? []).map((container) => container.name);
  for (const { name } of given.containerOverrides ?? []) {
    if (names.includes(name)) continue;
    throw new EcsError(
      'InvalidParameterException',
      `Override for container named ${name ?? ''} is not a container in the TaskDefinition.`,
      `Its containers are: ${names.join(', ')}`,
    );
  }
  const { refusals, warnings } = checkOverrideFields(given, names.length);
  const problems = [...ruleProblems(given, overridden(definition, given)), ...refusals];
  throwProblems('InvalidParameterException', 'The task override', problems);
  const { cpu, memory } = given;
  const overrides = {
    ...given,
    ...(cpu && { cpu: String(parseTaskCpu(cpu)) }),
    ...(memory && { memory: String(parseTaskMemory(memory)) }),
  };
  return { overrides, warnings };
}

/** What an override makes of a definition, as the containers of its tasks are to be. */
export function overridden<T extends TaskDefinition>(definition: T, overrides: TaskOverride): T {
  return {
    ...definition,
    cpu: overrides.cpu || definition.cpu,
    memory: overrides.memory || definition.memory,
    containerDefinitions: definition.containerDefinitions?.map((one) => overriddenContainer(one, overrides)),
  };
}

/** One container; of variables that both give the override's counts. Empty lists override nothing. */
export function overriddenContainer(
  container: ContainerDefinition,
  { containerOverrides = [] }: TaskOverride,
): ContainerDefinition {
  const override = containerOverrides.find(({ name }) => name === container.name);
  if (override === undefined) return container;
  return {
    ...container,
    command: filled(override.command) ?? container.command,
    environment: merged(container.environment, override.environment),
    environmentFiles: filled(override.environmentFiles) ?? container.environmentFiles,
    cpu: override.cpu ?? container.cpu,
    memory: override.memory ?? container.memory,
    memoryReservation: override.memoryReservation ?? container.memoryReservation,
    resourceRequirements: filled(override.resourceRequirements) ?? container.resourceRequirements,
  };
}

/** Only what is overridden is looked at: the rest was registered. */
function ruleProblems(
  { cpu, memory, ephemeralStorage, containerOverrides = [] }: TaskOverride,
  result: TaskDefinition,
): Fault[] {
  const containers = result.containerDefinitions ?? [];
  const names = new Set(containerOverrides.map(({ name }) => name));
  const changed = containers.filter(({ name }) => names.has(name));
  const isSized = Boolean(cpu || memory) || changed.length > 0;
  return [
    ...(isSized ? taskSizeProblems({ ...result, containerDefinitions: containers }) : []),
    ...storageProblems({ ephemeralStorage }),
    ...changed.flatMap((container) => containerProblems(container, result)),
  ].map(({ text, remedy }) => ({ text, remedy }));
}

function merged(
  before: readonly KeyValuePair[] | undefined,
  after: readonly KeyValuePair[] | undefined,
): KeyValuePair[] | undefined {
  if (!after?.length) return before && [...before];
  const names = new Set(after.map(({ name }) => name));
  return [...(before ?? []).filter(({ name }) => !names.has(name)), ...after];
}

function filled<T>(list: T[] | undefined): T[] | undefined {
  return list && list.length > 0 ? list : undefined;
}
