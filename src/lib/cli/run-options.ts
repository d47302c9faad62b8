import type { OperationInput } from '../api/operations.js';
import type { ContainerOverride } from '../api/types.js';
import { seconds } from '../api/seconds.js';
import type { Engine } from '../engine/engine.js';
import { type CliFlags, switchFlag, textFlag } from './flag.js';
import type { WaitOptions } from './task-wait.js';
import { UsageError } from './usage-error.js';
import { textOf, type Words } from './words.js';

const helpGroup = 'longshore';

/** Flags of run-task that say what to do once the tasks run. */
export const runFlags: CliFlags = {
  wait: switchFlag("Go on until the tasks have stopped; the exit code is the essential container's own", {
    helpGroup,
  }),
  follow: switchFlag('As --wait, and print the logs of the tasks to stdout', { helpGroup, char: 'f' }),
  timeout: textFlag(
    'Wait no longer than this, such as 90s or 15m; then --on-interrupt says what becomes of the tasks',
    {
      helpGroup,
      helpValue: '<time>',
    },
  ),
  'on-interrupt': textFlag(
    'What Ctrl-C, SIGTERM and the time limit do to the tasks (default: ask, or stop off a terminal)',
    {
      helpGroup,
      options: ['stop', 'detach'],
      helpValue: 'stop|detach',
    },
  ),
  container: textFlag('The container whose command the words after -- replace', {
    helpGroup,
    helpValue: '<name>',
  }),
};

/** How to wait; undefined where run-task is to return when the tasks run. Throws UsageError. */
export function waitOptions(words: Words, cluster: string | undefined): WaitOptions | undefined {
  const follow = words.given.get('follow') === true;
  const timeout = timeoutOf(words);
  const onInterrupt = textOf(words, 'on-interrupt') as WaitOptions['onInterrupt'];
  if (!follow && words.given.get('wait') !== true) {
    const lonely =
      timeout !== undefined ? '--timeout' : onInterrupt !== undefined ? '--on-interrupt' : undefined;
    if (lonely !== undefined) throw new UsageError(`${lonely} says something only with --wait or --follow`);
    return undefined;
  }
  return { cluster, follow, timeout, onInterrupt };
}

/** What --timeout says, in seconds. Throws UsageError. */
export function timeoutOf(words: Words): number | undefined {
  const given = textOf(words, 'timeout');
  if (given === undefined) return undefined;
  const timeout = seconds(given);
  if (!timeout) throw new UsageError(`--timeout takes a time such as 90s or 15m, not "${given}"`);
  return timeout;
}

/** The input with the words after `--` as the command of its only container, or of --container. Throws UsageError. */
export async function withCommand(
  input: OperationInput<'RunTask'>,
  words: Words,
  engine: Engine,
): Promise<OperationInput<'RunTask'>> {
  const command = words.passed;
  const container = textOf(words, 'container');
  if (command === undefined || command.length === 0) {
    if (container !== undefined) throw new UsageError('--container says something only with words after --');
    return input;
  }
  const name = container ?? (await onlyContainer(input.taskDefinition, engine));
  const overrides = input.overrides?.containerOverrides ?? [];
  const override: ContainerOverride = { ...overrides.find((each) => each.name === name), name, command };
  const others = overrides.filter((each) => each.name !== name);
  return { ...input, overrides: { ...input.overrides, containerOverrides: [...others, override] } };
}

async function onlyContainer(taskDefinition: string, engine: Engine): Promise<string> {
  const answer = await engine.call('DescribeTaskDefinition', { taskDefinition });
  const names = (answer.taskDefinition?.containerDefinitions ?? []).map(({ name }) => name ?? '');
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw new UsageError(
    `${taskDefinition} has ${names.length} containers`,
    `Say whose command it is: --container ${names.join('|')}.`,
  );
}
