import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { serviceArn, serviceName } from '../../api/arn.js';
import { emptyList } from '../../api/errors.js';
import { namespaceNotFound } from '../../api/service-errors.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import { launchTypeBy } from '../launch.js';
import { listPage } from '../listing.js';
import type { ServiceRecord } from './records.js';
import { refreshUnlessFresh } from '../refresh.js';
import { presentService } from './present-service.js';

/**
 * Services as they are, after a look at the hosts (`refresh` false: what the records say). Unknown ones come back as failures
 * with reason MISSING. Errors: ClusterNotFoundException, InvalidParameterException.
 */
export async function describeServices(
  input: OperationInput<'DescribeServices'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeServices'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  if (input.services.length === 0) throw emptyList('Services');
  const names = input.services.map((text) => serviceName(text, cluster));
  if (input.refresh !== false) await refreshUnlessFresh(ctx, cluster);
  const entries = await ctx.store.getMany<ServiceRecord>(names.map((name) => keys.service(cluster, name)));
  const tags = input.include?.includes('TAGS') ?? false;
  const found = entries.flatMap((entry) => (entry === undefined ? [] : [entry.value]));
  const missing = names.filter((_, i) => entries[i] === undefined);
  return {
    services: await Promise.all(found.map((record) => presentService(ctx, record, { tags }))),
    failures: missing.map((name) => ({ arn: serviceArn(ctx.identity, cluster, name), reason: 'MISSING' })),
  };
}

/** ACTIVE ones: a service that is being deleted is hidden (ECS). Errors: ClusterNotFoundException. */
export async function listServices(
  input: OperationInput<'ListServices'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListServices'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const page = await listPage<ServiceRecord>(
    ctx,
    'ListServices',
    input,
    { index: indexes.services(cluster, 'ACTIVE') },
    (record) =>
      (input.schedulingStrategy === undefined || record.service.scheduling === input.schedulingStrategy) &&
      (input.launchType === undefined || launchTypeOf(record) === input.launchType),
  );
  return {
    serviceArns: page.values.map(({ service }) => serviceArn(ctx.identity, cluster, service.name)),
    ...page.next,
  };
}

/**
 * ACTIVE services of all clusters whose Service Connect names the namespace (name or ARN). Errors:
 * NamespaceNotFoundException where none does: there is no other list of namespaces here.
 */
export async function listServicesByNamespace(
  input: OperationInput<'ListServicesByNamespace'>,
  ctx: EngineContext,
): Promise<OperationOutput<'ListServicesByNamespace'>> {
  const wanted = lastPart(input.namespace);
  const page = await listPage<ServiceRecord>(
    ctx,
    'ListServicesByNamespace',
    input,
    { prefix: keys.allServices },
    (record) => record.service.status === 'ACTIVE' && namespaceOf(record) === wanted,
  );
  if (page.values.length === 0 && input.nextToken === undefined) throw namespaceNotFound(input.namespace);
  return {
    serviceArns: page.values.map(({ cluster, service }) => serviceArn(ctx.identity, cluster, service.name)),
    ...page.next,
  };
}

function namespaceOf({ service, revisions }: ServiceRecord): string | undefined {
  const { namespace } =
    revisions[service.deployments[0]?.id ?? '']?.settings.serviceConnectConfiguration ?? {};
  return namespace === undefined ? undefined : lastPart(namespace);
}

const lastPart = (text: string): string => text.split('/').at(-1) ?? text;

function launchTypeOf({ service, revisions }: ServiceRecord) {
  const revision = revisions[service.deployments[0]?.id ?? ''];
  return revision && launchTypeBy(revision.settings.capacityProviderStrategy, revision.launchType);
}
