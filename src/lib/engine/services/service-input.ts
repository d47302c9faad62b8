import type {
  CreateServiceRequest,
  DeploymentConfiguration,
  LaunchType,
  TaskDefinition,
  UpdateServiceRequest,
} from '../../api/types.js';
import { isName } from '../../api/arn.js';
import { filledStrategy } from '../../api/capacity-providers.js';
import { EcsError } from '../../api/errors.js';
import { daemonHasCount } from '../../api/service-errors.js';
import { checkLaunch } from '../../api/launch-rules.js';
import { shorten } from '../../api/shorten.js';
import { defaultThreshold } from '../../services/breaker.js';
import type { Breaker, Service } from '../../services/types.js';
import { warnOfAwsOnly } from '../new-task.js';
import type { EngineContext } from '../context.js';
import { launchTypeBy, warnOfLaunch } from '../launch.js';
import type { RevisionSettings } from './records.js';

/** What CreateService and UpdateService say alike. */
type Input = Omit<Partial<CreateServiceRequest>, 'cluster'> & Omit<Partial<UpdateServiceRequest>, 'cluster'>;
type Scheduling = Service['scheduling'];

const invalid = (message: string, remedy?: string) =>
  new EcsError('InvalidParameterException', message, remedy);

/** Throws InvalidParameterException. */
export function checkServiceName(name: string): void {
  if (isName(name)) return;
  throw invalid(
    `Service name must match [a-zA-Z0-9\\-_]{1,255}, but was ${shorten(name)}`,
    'Letters, digits, - and _, 255 at most',
  );
}

/** Errors: InvalidParameterException; UnsupportedFeatureException for what needs a load balancer or another controller. */
export function checkServiceInput(input: Input, scheduling: Scheduling): void {
  const { type = 'ECS' } = input.deploymentController ?? {};
  if (type !== 'ECS')
    throw unsupported(
      `deploymentController ${type}`,
      'Leave it out: services are rolled by Longshore itself',
    );
  const { strategy = 'ROLLING', lifecycleHooks = [] } = input.deploymentConfiguration ?? {};
  if (strategy !== 'ROLLING')
    throw unsupported(
      `deployment strategy ${strategy}`,
      'It moves traffic on a load balancer: ROLLING works without one',
    );
  if (lifecycleHooks.length > 0) throw unsupported('lifecycleHooks', 'They call AWS Lambda: leave them out');
  if (scheduling === 'REPLICA') return;
  if (input.desiredCount !== undefined) throw daemonHasCount();
  // AWS's own text (aws/containers-roadmap 692).
  if (input.capacityProviderStrategy?.length)
    throw invalid(
      'Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.',
    );
  if (input.placementStrategy?.length)
    throw invalid(
      'The daemon scheduling strategy does not support placement strategies.',
      'Leave placementStrategy out',
    );
}

const unsupported = (what: string, remedy: string) =>
  new EcsError('UnsupportedFeatureException', `${what} is not supported.`, remedy);

/** What is given over what was, or ECS's defaults: 100/200 % for REPLICA, 0/100 % for DAEMON. Throws InvalidParameterException. */
export function deploymentConfiguration(
  given: DeploymentConfiguration | undefined,
  before: DeploymentConfiguration | undefined,
  scheduling: Scheduling,
): DeploymentConfiguration & { minimumHealthyPercent: number; maximumPercent: number } {
  const isDaemon = scheduling === 'DAEMON';
  const merged = {
    ...(isDaemon
      ? { maximumPercent: 100, minimumHealthyPercent: 0 }
      : { maximumPercent: 200, minimumHealthyPercent: 100 }),
    deploymentCircuitBreaker: { enable: false, rollback: false },
    alarms: { alarmNames: [], rollback: false, enable: false },
    strategy: 'ROLLING' as const,
    bakeTimeInMinutes: 0,
    ...before,
    ...without(given),
  };
  const { minimumHealthyPercent: least, maximumPercent: most } = merged;
  if (least < 0 || least > 100) throw invalid(`minimumHealthyPercent must be 0 to 100, but was ${least}`);
  if (isDaemon && most !== 100)
    throw invalid(
      'maximumPercent must be 100 for the daemon scheduling strategy.',
      'No host gets two tasks of it',
    );
  if (merged.bakeTimeInMinutes < 0)
    throw invalid(`bakeTimeInMinutes must be 0 or more, but was ${merged.bakeTimeInMinutes}`);
  if (most < 100) throw invalid(`maximumPercent must be 100 or more, but was ${most}`);
  if (least === 100 && most === 100)
    throw invalid(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
      isDaemon
        ? 'Lower minimumHealthyPercent: 0 rolls all hosts at once, 50 half of them'
        : 'Raise maximumPercent where there is room for more tasks, or lower minimumHealthyPercent',
    );
  breakerOf(merged);
  return merged;
}

const without = <T extends object>(value: T | undefined): Partial<T> =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, member]) => member !== undefined)) as Partial<T>;

/** How a deployment is to end where its tasks fail, whatever its service says. */
export interface Safety {
  /** At the first failed task. */
  failFast?: boolean | undefined;
  /** As with a circuit breaker, where the service has none. */
  guarded?: boolean | undefined;
}

/** The circuit breaker of the next deployment. Throws InvalidParameterException. */
export function breakerOf(
  { deploymentCircuitBreaker: given }: DeploymentConfiguration,
  { failFast = false, guarded = false }: Safety = {},
): Breaker | undefined {
  if (!given?.enable && !failFast && !guarded) return undefined;
  const { type = defaultThreshold.type, value = defaultThreshold.value } =
    given?.thresholdConfiguration ?? {};
  if (!Number.isInteger(value) || value < 1)
    throw invalid(
      `The threshold of the deployment circuit breaker must be a whole number from 1 on, but was ${value}`,
    );
  return {
    threshold: failFast ? { type: 'COUNT', value: 1 } : { type, value },
    // Who asks for a quick end wants what worked before.
    rollback: given?.enable ? (given.rollback ?? false) : true,
    resetOnHealthyTask: given?.resetOnHealthyTask ?? true,
  };
}

/** What ECS checks of a service against its definition. Throws InvalidParameterException: the texts are AWS's own. */
export function checkAgainstDefinition(input: Input, definition: TaskDefinition): void {
  checkLaunch(input, definition);
  const { containerDefinitions = [] } = definition;
  const { loadBalancers = [] } = input;
  for (const { containerName, containerPort } of loadBalancers) {
    if (containerName === undefined) continue;
    const container = containerDefinitions.find(({ name }) => name === containerName);
    if (container === undefined)
      throw invalid(`The container ${containerName} does not exist in the task definition.`);
    if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort))
      throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`);
  }
}

const LATER = [
  'loadBalancers',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'vpcLatticeConfigurations',
] as const;

/** Names what is given and does nothing here. */
export function warnOfKept(ctx: EngineContext, input: Input): void {
  warnOfLaunch(ctx, input);
  warnOfAwsOnly(ctx, { networkConfiguration: input.networkConfiguration });
  const warn = (message: string) => ctx.emit({ type: 'warning', message });
  for (const member of LATER) {
    if (isEmpty(input[member])) continue;
    warn(
      `${member}: kept and shown; nothing balances or discovers the service's tasks yet. longshore endpoints shows where they listen`,
    );
  }
  if (!isEmpty(input.volumeConfigurations))
    warn(
      'volumeConfigurations only mean something inside AWS and are left out: a Docker volume in the task definition does the same',
    );
  if (input.role !== undefined)
    warn('role only means something inside AWS: it is kept and shown, and changes nothing here');
  if (input.monitoring !== undefined) warn('monitoring only means something inside AWS and is left out');
  if (!isEmpty(input.gatewayConnectors))
    warn('gatewayConnectors only mean something inside AWS and are left out');
  if (input.deploymentConfiguration?.alarms?.enable)
    warn(
      'deploymentConfiguration.alarms: CloudWatch is a part of AWS; kept and shown, and never raised here',
    );
}

const isEmpty = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);

/**
 * Settings in the form in which they are kept. An empty list takes away what was, and is as good as none: tools send both. Of
 * Fargate's platform LATEST is as good as none, and others have no platform. Older states have strategies as they were given.
 */
export function keptSettings(
  { platformVersion, ...settings }: RevisionSettings,
  launchType: LaunchType,
): RevisionSettings {
  const strategy = filledStrategy(settings.capacityProviderStrategy);
  const isFargate = launchTypeBy(strategy, launchType) === 'FARGATE';
  const filled = { ...settings, capacityProviderStrategy: strategy };
  return {
    ...Object.fromEntries(Object.entries(filled).filter(([, value]) => !isEmpty(value))),
    ...(isFargate && { platformVersion: platformVersion ?? 'LATEST' }),
  };
}

/** What ECS keeps with a service revision. */
export function revisionSettings(input: Input): RevisionSettings {
  const {
    capacityProviderStrategy,
    loadBalancers,
    networkConfiguration,
    platformVersion,
    serviceConnectConfiguration,
    serviceRegistries,
    vpcLatticeConfigurations,
  } = input;
  return without({
    capacityProviderStrategy,
    loadBalancers,
    networkConfiguration,
    platformVersion,
    serviceConnectConfiguration,
    serviceRegistries,
    vpcLatticeConfigurations,
  });
}
