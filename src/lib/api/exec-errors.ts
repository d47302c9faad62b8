import { EcsError } from './errors.js';
import { shorten } from './shorten.js';

/*
 * Refusals of ExecuteCommand. ECS has these codes for it; where its documents give no text for the case, the wording is
 * ours.
 */

/** ExecuteCommand on a task that has ended or hasn't begun. */
export const taskNotRunning = (task: string, lastStatus: string, why: string | undefined) =>
  new EcsError(
    'InvalidParameterException',
    `The execute command failed because the task ${task} is ${lastStatus}${why === undefined ? '' : ` (${why})`}.`,
    'longshore list-tasks shows those that run',
  );

/** ExecuteCommand without saying in which container, where that isn't plain. */
export const whichContainer = (running: readonly string[], all: readonly string[]) =>
  running.length === 0
    ? new EcsError(
        'InvalidParameterException',
        `The execute command failed because no container of the task is running (${all.join(', ')}).`,
        'longshore describe-tasks shows how they ended',
      )
    : new EcsError(
        'InvalidParameterException',
        `The task has ${running.length} running containers: ${running.join(', ')}.`,
        `Say which one: --container ${running.join('|')}`,
      );

/** ExecuteCommand in a container that the task doesn't have. */
export const noSuchContainer = (name: string, all: readonly string[]) =>
  new EcsError(
    'InvalidParameterException',
    `The task has no container named ${shorten(name)}.`,
    `Its containers are: ${all.join(', ')}`,
  );

/** ExecuteCommand in a container that has ended, is paused or hasn't begun. */
export const containerNotRunning = (name: string, state: string) =>
  new EcsError(
    'InvalidParameterException',
    `The execute command failed because the container ${name} is not running: ${state}.`,
    'longshore describe-tasks shows how it ended',
  );

/** The host of the task doesn't answer (SDK: TargetNotConnectedException, "The execute command cannot run"). */
export const targetNotConnected = (why: string, remedy: string, cause?: unknown) =>
  new EcsError('TargetNotConnectedException', `The execute command cannot run: ${why}`, remedy, { cause });
