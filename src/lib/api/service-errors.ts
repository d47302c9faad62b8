import { EcsError } from './errors.js';
import { shorten } from './shorten.js';

/* Refusals of what concerns services, as those of errors.ts. */

/** From memory of AWS's answers; no document was found. */
export const serviceNotFound = (name: string, cluster: string) =>
  new EcsError(
    'ServiceNotFoundException',
    'Service not found.',
    `There is no service ${shorten(name)} in the cluster ${cluster}: longshore list-services --cluster ${cluster} shows those there are`,
  );

/** From memory of AWS's answers; no document was found. */
export const serviceNotActive = (name: string) =>
  new EcsError(
    'ServiceNotActiveException',
    'Service was not ACTIVE.',
    `The service ${shorten(name)} is being deleted, or was: longshore create-service makes a new one of that name`,
  );

/** AWS's own text. */
export const serviceNotIdempotent = (
  name: string,
  remedy = `There is a service ${shorten(name)} already: longshore update-service changes it`,
) => new EcsError('InvalidParameterException', 'Creation of service was not idempotent.', remedy);

/** AWS's own text. */
export const serviceScaledUp = (name: string) =>
  new EcsError(
    'InvalidParameterException',
    'The service cannot be stopped while it is scaled above 0.',
    `longshore delete-service --service ${shorten(name)} --force stops its tasks too`,
  );

/** AWS's own text. */
export const daemonHasCount = () =>
  new EcsError(
    'InvalidParameterException',
    'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again',
  );

/** From memory of AWS's answers; no document was found. */
export const namespaceNotFound = (name: string) =>
  new EcsError(
    'NamespaceNotFoundException',
    'Namespace not found.',
    `No service names the namespace ${shorten(name, 200)} in its serviceConnectConfiguration`,
  );

/** No document of AWS's text was found. */
export const serviceDeploymentNotFound = (text: string) =>
  new EcsError(
    'ServiceDeploymentNotFoundException',
    'Service deployment not found.',
    `There is no deployment ${shorten(text, 200)}: longshore list-service-deployments shows those there are`,
  );
