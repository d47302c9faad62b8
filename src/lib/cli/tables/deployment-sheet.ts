import type { ServiceDeployment, ServiceRevision } from '../../api/types.js';
import { age, moment, nameOf } from '../people-words.js';
import { heading, indented, sheet } from '../sheet.js';
import type { Terminal } from '../terminal.js';

/** One deployment of a service in detail. `now` in epoch milliseconds. */
export function deploymentSheet(deployment: ServiceDeployment, terminal: Terminal, now: number): string {
  const { status, statusReason, startedAt, finishedAt, rollback } = deployment;
  const { targetServiceRevision: target, sourceServiceRevisions = [], deploymentCircuitBreaker } = deployment;
  const { status: breaker, failureCount, threshold } = deploymentCircuitBreaker ?? {};
  const fields = sheet(
    [
      ['service', nameOf(deployment.serviceArn)],
      ['status', status],
      ['why', statusReason],
      ['from', sourceServiceRevisions.map(({ arn }) => nameOf(arn)).join(' ')],
      ['to', nameOf(target?.arn)],
      ['tasks', `${target?.runningTaskCount ?? 0} of ${target?.requestedTaskCount ?? 0} running`],
      [
        'breaker',
        breaker && breaker !== 'DISABLED' ? `${breaker}, ${failureCount} of ${threshold} failed` : undefined,
      ],
      ['rolled back', moment(rollback?.startedAt, now)],
      ['began', moment(startedAt, now)],
      ['took', finishedAt && age(startedAt, finishedAt.getTime())],
    ],
    terminal,
  );
  return `${heading(`Deployment ${nameOf(deployment.serviceDeploymentArn)}`, terminal)}${indented(fields)}`;
}

/** What a deployment starts, in detail. `now` in epoch milliseconds. */
export function revisionSheet(revision: ServiceRevision, terminal: Terminal, now: number): string {
  const { containerImages = [], taskDefinition, launchType, createdAt } = revision;
  const fields = sheet(
    [
      ['service', nameOf(revision.serviceArn)],
      ['definition', nameOf(taskDefinition)],
      ['launch type', launchType],
      ['images', containerImages.map(({ image, imageDigest }) => `${image}@${imageDigest}`).join(' ')],
      ['created', moment(createdAt, now)],
    ],
    terminal,
  );
  return `${heading(`Revision ${nameOf(revision.serviceRevisionArn)}`, terminal)}${indented(fields)}`;
}
