import type { Container, Task } from '../api/types.js';
import type { Engine } from '../engine/engine.js';
import { EXIT } from './exit-codes.js';

/** SIGKILL and SIGTERM: how containers end that were told to, not what they have to say. */
const KILLED: readonly number[] = [137, 143];

/** The exit code of waited-for tasks: of several the first that isn't 0. */
export async function exitCodeOf(tasks: readonly Task[], engine: Engine): Promise<number> {
  for (const task of tasks) {
    const code = taskExitCode(task, await essentialNames(task, engine));
    if (code !== 0) return code;
  }
  return EXIT.done;
}

/**
 * The essential container's own code. Of several essential ones the first that ended decided: when its code is known
 * to be a failure it is that one, else 0, since the others were only stopped after it. 125 where no code is known.
 */
export function taskExitCode(task: Task, essential: ReadonlySet<string>): number {
  const containers = (task.containers ?? []).filter(({ name }) => name !== undefined && essential.has(name));
  const codes = containers.map(({ exitCode }: Container) => exitCode).filter((code) => code !== undefined);
  if (codes.length === 0) return EXIT.ours;
  const own = codes.filter((code) => !KILLED.includes(code));
  return own.find((code) => code !== 0) ?? own[0] ?? codes[0] ?? EXIT.ours;
}

/** ECS's task doesn't say which of its containers are essential; its definition does. */
async function essentialNames(task: Task, engine: Engine): Promise<ReadonlySet<string>> {
  const [only, another] = task.containers ?? [];
  if (another === undefined) return new Set(only?.name === undefined ? [] : [only.name]);
  const { taskDefinition } = await engine.call('DescribeTaskDefinition', {
    taskDefinition: task.taskDefinitionArn ?? '',
  });
  const containers = taskDefinition?.containerDefinitions ?? [];
  return new Set(containers.filter(({ essential }) => essential !== false).map(({ name }) => name ?? ''));
}
