import { createHash } from 'node:crypto';
import { familyRevision } from '../api/arn.js';

interface Named {
  cluster?: string | undefined;
  taskDefinition?: string | undefined;
}

/**
 * What the caller asked of a cluster, whatever order its members came in and whichever of its names things were called by:
 * what it is compared with is of the same cluster. A family without revision stays one, since the request is the same when
 * there is a newer revision by now. Throws as `familyRevision`.
 */
export function hashOfInput<I extends Named>(input: I): string {
  const { cluster: _cluster, taskDefinition, ...others } = input;
  const meant = { ...others, taskDefinition: taskDefinition && shortForm(taskDefinition) };
  return createHash('sha256').update(JSON.stringify(meant, sorted)).digest('hex');
}

function shortForm(taskDefinition: string): string {
  const { family, revision } = familyRevision(taskDefinition);
  return revision === undefined ? family : `${family}:${revision}`;
}

const sorted = (_key: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
