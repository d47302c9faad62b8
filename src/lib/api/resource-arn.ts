import { clusterName, exactRevision, parseArn } from './arn.js';
import { EcsError, longArnNeeded, resourceNotFound } from './errors.js';
import { shorten } from './shorten.js';

/** What can be tagged. `id` may be the beginning of one, a host's name for an instance; it is the name of a service. */
export type Resource =
  | { kind: 'cluster'; cluster: string }
  | { kind: 'container-instance' | 'task' | 'service'; cluster: string; id: string }
  | { kind: 'task-definition'; family: string; revision: number };

/**
 * The resource behind an ARN, or behind what follows the account in one: `cluster/NAME`, `task/CLUSTER/ID`,
 * `container-instance/CLUSTER/HOST`, `service/CLUSTER/NAME`, `task-definition/FAMILY:REVISION`.
 * Throws InvalidParameterException; ResourceNotFoundException for kinds that there are none of here.
 */
export function resourceOf(text: string): Resource {
  const { kind, path } = partsOf(text);
  const [first = '', second, ...rest] = path;
  if (kind === 'cluster' && second === undefined) return { kind, cluster: clusterName(first) };
  if (kind === 'task-definition' && second === undefined) return { kind, ...exactRevision(first) };
  if (kind === 'task' || kind === 'container-instance' || kind === 'service') {
    if (second === undefined) throw longArnNeeded(text);
    if (second !== '' && rest.length === 0) return { kind, cluster: clusterName(first), id: second };
  }
  if (otherKinds.includes(kind)) throw resourceNotFound(text, `There is no ${kind} here yet`);
  throw invalidArn(text);
}

/** Kinds of ECS's that have tags there. */
const otherKinds = ['capacity-provider', 'task-set', 'service-deployment', 'service-revision'];

function partsOf(text: string): { kind: string; path: string[] } {
  if (text.startsWith('arn:')) {
    const parsed = parseArn(text);
    if (parsed === undefined) throw invalidArn(text);
    return parsed;
  }
  const [kind = '', ...path] = text.split('/');
  return { kind, path };
}

/** From memory, no document found. */
const invalidArn = (text: string) =>
  new EcsError(
    'InvalidParameterException',
    `Invalid resource ARN: ${shorten(text, 200)}`,
    'It takes an ARN of ECS, or cluster/NAME, container-instance/CLUSTER/HOST, service/CLUSTER/NAME, task/CLUSTER/ID, task-definition/FAMILY:REVISION',
  );
