import { isName } from './arn.js';
import { nameOf } from './container-name.js';
import { containerProblems, nameRemedy } from './container-rules.js';
import { graphProblems } from './container-graph.js';
import { faultIf, tellFault, type Fault } from './fault.js';
import { limits } from './limits.js';
import type { OperationInput } from './operations.js';
import { awsvpcProblems, portProblems } from './port-rules.js';
import { shorten } from './shorten.js';
import { repeated, tagProblems } from './tags.js';
import { parseTaskCpu, parseTaskMemory } from './task-size.js';
import { volumeProblems } from './volume-rules.js';

type Definition = OperationInput<'RegisterTaskDefinition'>;

/**
 * What ECS would refuse in a task definition whose types are right, in ECS's words where those are known (answers of
 * AWS in public issue threads), each with its path.
 */
export function definitionFaults(definition: Definition): Fault[] {
  const { containerDefinitions: containers } = definition;
  const tooLarge = sizeProblems(definition);
  // What is too large may hold any number of problems: they are not looked for.
  if (tooLarge.length > 0) return tooLarge;
  return [
    ...familyProblems(definition.family),
    ...listProblems(definition),
    ...taskSizeProblems(definition),
    ...storageProblems(definition),
    ...containers.flatMap((container, i) => within(i, containerProblems(container, definition))),
    ...portProblems(definition),
    ...awsvpcProblems(definition),
    ...graphProblems(definition),
    ...volumeProblems(definition),
    ...placementProblems(definition),
    ...tagProblems(definition.tags ?? []).map((text) => ({ text, at: 'tags' })),
  ];
}

/** The same for people. */
export const definitionProblems = (definition: Definition): string[] =>
  definitionFaults(definition).map(tellFault);

const within = (index: number, faults: readonly Fault[]): Fault[] =>
  faults.map((fault) => ({ ...fault, at: `containerDefinitions[${index}].${fault.at}` }));

function familyProblems(family: string): Fault[] {
  const at = 'family';
  if (family === '') return [{ text: 'Family can not be blank.', at }];
  if (family.length > limits.nameLength.ours)
    return [{ text: `Family longer than ${limits.nameLength.ours}.`, at }];
  return faultIf(!isName(family), { text: 'Family contains invalid characters.', remedy: nameRemedy, at });
}

/** At least one container, different names, one of them essential. */
function listProblems({ containerDefinitions: containers }: Definition): Fault[] {
  const at = 'containerDefinitions';
  if (containers.length === 0) return [{ text: 'Container list cannot be empty.', at }];
  const names = containers.map((container) => container.name);
  const [twice] = repeated(names);
  return [
    ...faultIf(twice !== undefined, {
      text: 'Container names must be unique within a Task Definition.',
      remedy: `'${shorten(twice ?? '')}' is the name of more than one.`,
      at: `${at}[${names.lastIndexOf(twice)}].name`,
    }),
    ...faultIf(
      containers.every((container) => container.essential === false),
      {
        text: 'A task definition must have at least one essential container.',
        remedy: 'Leave "essential": false out where the task ends with the container.',
        at,
      },
    ),
  ];
}

/** ECS's own bounds of a task's ephemeral storage, in GiB (API model, EphemeralStorage). */
const ephemeral = { min: 21, max: 200 };

/** What ECS would refuse of a task's ephemeral storage, which means nothing here. */
export function storageProblems({ ephemeralStorage }: Pick<Definition, 'ephemeralStorage'>): Fault[] {
  const { sizeInGiB = ephemeral.min } = ephemeralStorage ?? {};
  return faultIf(sizeInGiB < ephemeral.min || sizeInGiB > ephemeral.max, {
    text: `ephemeralStorage.sizeInGiB must be ${ephemeral.min} to ${ephemeral.max}, not ${sizeInGiB}.`,
    at: 'ephemeralStorage.sizeInGiB',
  });
}

/** ECS's own bounds of a task's CPU (API model, RegisterTaskDefinition.cpu). */
const taskCpu = { min: 128, max: 196_608 };

/** What ECS would refuse of the task's own CPU and memory, beside what its containers ask for. */
export function taskSizeProblems(
  definition: Pick<Definition, 'cpu' | 'memory' | 'containerDefinitions'>,
): Fault[] {
  return [...cpuProblems(definition), ...memoryProblems(definition)];
}

function cpuProblems({
  cpu,
  containerDefinitions: containers,
}: Pick<Definition, 'cpu' | 'containerDefinitions'>): Fault[] {
  if (!cpu) return [];
  const at = 'cpu';
  const units = parseTaskCpu(cpu);
  if (units === undefined || units < taskCpu.min || units > taskCpu.max)
    return [
      {
        text: `Invalid 'cpu' setting for task.`,
        remedy: `Allowed are ${taskCpu.min} to ${taskCpu.max} CPU units, or vCPUs such as '.5 vCPU', not '${shorten(cpu)}'.`,
        at,
      },
    ];
  const all = sum(containers.map((container) => container.cpu));
  return faultIf(all > units, {
    text: "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    remedy: `The containers have ${all}, the task ${units}.`,
    at,
  });
}

function memoryProblems({
  memory,
  containerDefinitions: containers,
}: Pick<Definition, 'memory' | 'containerDefinitions'>): Fault[] {
  if (!memory) return [];
  const at = 'memory';
  const mebibytes = parseTaskMemory(memory);
  if (!mebibytes)
    return [
      {
        text: `Invalid 'memory' setting for task.`,
        remedy: `Allowed are MiB such as '512', or '1GB', not '${shorten(memory)}'.`,
        at,
      },
    ];
  const all = sum(containers.map((container) => container.memoryReservation));
  return [
    ...containers.flatMap((container, i) =>
      faultIf((container.memory ?? 0) > mebibytes, {
        text: `The 'memory' setting for container '${nameOf(container)}' is greater than for the task.`,
        remedy: `It has ${container.memory} MiB, the task ${mebibytes}.`,
        at: `containerDefinitions[${i}].memory`,
      }),
    ),
    ...faultIf(all > mebibytes, {
      text: "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.",
      remedy: `The containers have ${all} MiB, the task ${mebibytes}.`,
      at,
    }),
  ];
}

function placementProblems({ placementConstraints: constraints = [] }: Definition): Fault[] {
  const most = limits.placementConstraints.ours;
  return [
    ...constraints.flatMap(({ expression = '' }, i): Fault[] => {
      const at = `placementConstraints[${i}].expression`;
      if (expression.trim() === '')
        return [
          {
            text: 'A memberOf placement constraint needs an expression.',
            remedy: 'Such as "attribute:ecs.cpu-architecture == arm64".',
            at,
          },
        ];
      const text = `A placement constraint's expression is longer than ${limits.expressionLength.ours}.`;
      return faultIf(expression.length > limits.expressionLength.ours, { text, at });
    }),
    ...faultIf(constraints.length > most, {
      text: `There are ${constraints.length} placement constraints; at most ${most} are allowed.`,
      at: 'placementConstraints',
    }),
  ];
}

function sizeProblems(definition: Definition): Fault[] {
  const length = Buffer.byteLength(JSON.stringify({ ...definition, tags: undefined }));
  const max = limits.definitionBytes.ours;
  return faultIf(length > max, {
    text: `Actual length: '${length}'. Max allowed length is '${max}' bytes.`,
  });
}

const sum = (values: readonly (number | undefined)[]) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
