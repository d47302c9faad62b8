import { isName } from './arn.js';
import { containerProblems } from './container-rules.js';
import { graphProblems } from './container-graph.js';
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
 * AWS in public issue threads); a problem that doesn't name its container is followed by the path.
 */
export function definitionProblems(definition: Definition): string[] {
  const { containerDefinitions: containers } = definition;
  const tooLarge = sizeProblems(definition);
  // What is too large may hold any number of problems: they are not looked for.
  if (tooLarge.length > 0) return tooLarge;
  return [
    ...familyProblems(definition.family),
    ...listProblems(definition),
    ...taskSizeProblems(definition),
    ...containers.flatMap((container, i) =>
      containerProblems(container, definition).map((problem) =>
        located(problem, container.name, i, containers.length),
      ),
    ),
    ...portProblems(definition),
    ...awsvpcProblems(definition),
    ...graphProblems(definition),
    ...volumeProblems(definition),
    ...placementProblems(definition),
    ...tagProblems(definition.tags ?? []),
  ];
}

function located(problem: string, name: string | undefined, index: number, count: number): string {
  const named = name !== undefined && name !== '' && problem.includes(`'${name}'`);
  return named || count === 1 ? problem : `${problem} (containerDefinitions[${index}])`;
}

function familyProblems(family: string): string[] {
  if (family === '') return ['Family should not be null or empty.'];
  if (family.length > limits.nameLength.ours) return [`Family longer than ${limits.nameLength.ours}.`];
  return isName(family) ? [] : ['Family contains invalid characters.'];
}

/** At least one container, different names, one of them essential. */
function listProblems({ containerDefinitions: containers }: Definition): string[] {
  if (containers.length === 0) return ['Container list cannot be empty.'];
  const problems: string[] = [];
  if (repeated(containers.map((container) => container.name)).length > 0) {
    problems.push('Container names must be unique within a Task Definition.');
  }
  if (containers.every((container) => container.essential === false)) {
    problems.push('A task definition must have at least one essential container.');
  }
  return problems;
}

/** ECS's own bounds of a task's CPU (API model, RegisterTaskDefinition.cpu). */
const taskCpu = { min: 128, max: 196_608 };

/** What ECS would refuse of the task's own CPU and memory, beside what its containers ask for. */
export function taskSizeProblems({
  cpu,
  memory,
  containerDefinitions: containers,
}: Pick<Definition, 'cpu' | 'memory' | 'containerDefinitions'>): string[] {
  const problems: string[] = [];
  const units = cpu ? parseTaskCpu(cpu) : undefined;
  if (cpu && (units === undefined || units < taskCpu.min || units > taskCpu.max)) {
    problems.push(
      `Invalid 'cpu' setting for task. Allowed are ${taskCpu.min} to ${taskCpu.max} CPU units, or vCPUs such as '.5 vCPU', not '${shorten(cpu)}'.`,
    );
  } else if (units !== undefined && sum(containers.map((container) => container.cpu)) > units) {
    problems.push(
      "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    );
  }

  const mebibytes = memory ? parseTaskMemory(memory) : undefined;
  if (memory && !mebibytes) {
    problems.push(
      `Invalid 'memory' setting for task. Allowed are MiB such as '512', or '1GB', not '${shorten(memory)}'.`,
    );
  } else if (mebibytes !== undefined) {
    for (const container of containers.filter((each) => (each.memory ?? 0) > mebibytes)) {
      problems.push(`The 'memory' setting for container '${container.name}' is greater than for the task.`);
    }
    if (sum(containers.map((container) => container.memoryReservation)) > mebibytes) {
      problems.push(
        "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.",
      );
    }
  }
  return problems;
}

function placementProblems({ placementConstraints: constraints = [] }: Definition): string[] {
  const problems = constraints.flatMap(({ expression = '' }) => {
    if (expression.trim() === '') return ['A memberOf placement constraint needs an expression.'];
    if (expression.length <= limits.expressionLength.ours) return [];
    return [`A placement constraint's expression is longer than ${limits.expressionLength.ours}.`];
  });
  if (constraints.length > limits.placementConstraints.ours) {
    problems.push(
      `There are ${constraints.length} placement constraints; at most ${limits.placementConstraints.ours} are allowed.`,
    );
  }
  return problems;
}

function sizeProblems(definition: Definition): string[] {
  const length = Buffer.byteLength(JSON.stringify({ ...definition, tags: undefined }));
  const max = limits.definitionBytes.ours;
  return length > max ? [`Actual length: '${length}'. Max allowed length is '${max}' bytes.`] : [];
}

const sum = (values: readonly (number | undefined)[]) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
