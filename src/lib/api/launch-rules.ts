import { EcsError } from './errors.js';
import { shorten } from './shorten.js';
import type { CreateServiceRequest, LaunchType, TaskDefinition } from './types.js';

type Input = Pick<CreateServiceRequest, 'capacityProviderStrategy' | 'launchType' | 'networkConfiguration'>;

const invalid = (message: string, remedy?: string) =>
  new EcsError('InvalidParameterException', message, remedy);

/**
 * What ECS checks of where tasks are to go and what network they ask for, whether RunTask, StartTask or a service starts
 * them. Throws InvalidParameterException; the texts are AWS's own, as users of it have pasted them.
 */
export function checkLaunch(
  { capacityProviderStrategy = [], launchType, networkConfiguration }: Input,
  { networkMode = 'bridge' }: Pick<TaskDefinition, 'networkMode'>,
): void {
  if (launchType !== undefined && capacityProviderStrategy.length > 0)
    throw invalid(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  const vpc = networkConfiguration?.awsvpcConfiguration;
  if (vpc === undefined) return;
  if (networkMode !== 'awsvpc')
    throw invalid(
      'Network Configuration is not valid for the given networkMode of this task definition.',
      `The definition's networkMode is ${networkMode}: leave networkConfiguration out, or use awsvpc there`,
    );
  if (vpc.subnets?.length === 0) throw invalid('subnets can not be empty.');
}

/** Only Fargate has platforms. Throws InvalidParameterException; AWS's own text. */
export function checkPlatform(version: string | undefined, launchType: LaunchType): void {
  if (version === undefined || launchType !== 'EC2') return;
  throw invalid('The platform version must be null when specifying an EC2 launch type.');
}

/**
 * A service's tasks are known by their group, so that one with such a group would be stopped as a task too many of it.
 * Throws InvalidParameterException; the text is ours.
 */
export function checkGroup(group: string | undefined): void {
  if (group?.startsWith('service:') !== true) return;
  throw invalid(
    `The group ${shorten(group)} is that of a service's tasks.`,
    'Name it otherwise: groups that begin with service: are for tasks that create-service starts',
  );
}
