import { parseArn } from './arn.js';
import { EcsError } from './errors.js';
import { shorten } from './shorten.js';

/**
 * What the ARN of a service deployment or service revision names: `…:service-deployment/CLUSTER/SERVICE/ID`. The part after
 * the kind alone is taken too, as tables show it. Throws InvalidParameterException.
 */
export function servicePart(
  text: string,
  kind: 'service-deployment' | 'service-revision',
): { cluster: string; service: string; id: string } {
  const parsed = parseArn(text);
  const path = parsed === undefined ? text.split('/') : parsed.path;
  const [cluster = '', service = '', id = '', ...rest] = path;
  if ((parsed === undefined || parsed.kind === kind) && id !== '' && rest.length === 0)
    return { cluster, service, id };
  throw new EcsError(
    'InvalidParameterException',
    `Invalid identifier: ${shorten(text, 200)} is not the ARN of a ${kind}.`,
    `arn:aws:ecs:REGION:ACCOUNT:${kind}/CLUSTER/SERVICE/ID, or CLUSTER/SERVICE/ID`,
  );
}
