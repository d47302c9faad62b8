import type { ServiceEndpoint } from '../../api/service-types.js';
import type { OperationInput, OperationOutput } from '../../api/operations.js';
import { taskArn } from '../../api/arn.js';
import { isHealthy } from '../../services/health.js';
import { valuesIn } from '../../store/transact.js';
import { activeCluster } from '../clusters.js';
import type { EngineContext } from '../context.js';
import { indexes, keys } from '../keys.js';
import type { DefinitionRecord, InstanceRecord, TaskRecord } from '../records.js';
import { refreshUnlessFresh } from '../refresh.js';
import { serviceTask } from './observed.js';
import { findService } from './service-records.js';

/**
 * Where the tasks of a service listen, as scripts and proxies need it: the host's address and port, or the task's own address.
 * Errors: ClusterNotFoundException, ServiceNotFoundException.
 */
export async function describeEndpoints(
  input: OperationInput<'DescribeEndpoints'>,
  ctx: EngineContext,
): Promise<OperationOutput<'DescribeEndpoints'>> {
  const cluster = await activeCluster(ctx, input.cluster);
  const values = valuesIn(ctx.store);
  const { service } = await findService(values, cluster, input.service);
  await refreshUnlessFresh(ctx, cluster);
  const [tasks, instances] = await Promise.all([
    ctx.store.list<TaskRecord>({ index: indexes.serviceTasks(cluster, service.name) }),
    ctx.store.list<InstanceRecord>({ prefix: keys.instances(cluster) }),
  ]);
  const hosts = new Map(instances.map(({ value }) => [value.id, value]));
  const endpoints: ServiceEndpoint[] = [];
  for (const { value: task } of tasks) {
    const host = hosts.get(task.instance);
    if (host === undefined || task.desiredStatus === 'STOPPED') continue;
    const shared = {
      taskArn: taskArn(ctx.identity, cluster, task.id),
      host: host.name,
      lastStatus: task.lastStatus,
      healthy: host.connected && isHealthy(serviceTask(task), { ...service, ...ctx.settings }, ctx.clock()),
    };
    const definition = await values.get<DefinitionRecord>(keys.definition(task.family, task.revision));
    endpoints.push(...portsOf(task, host, definition).map((port) => ({ ...shared, ...port })));
  }
  return { endpoints };
}

type Port = Pick<ServiceEndpoint, 'containerName' | 'containerPort' | 'protocol' | 'address' | 'port'>;

function portsOf(task: TaskRecord, host: InstanceRecord, definition: DefinitionRecord | undefined): Port[] {
  const shown = host.attributes.find(({ name }) => name === 'longshore.publish-address')?.value;
  const address = shown ?? (host.address.scheme === 'unix' ? '127.0.0.1' : host.address.host);
  const { networkMode, containerDefinitions = [] } = definition?.definition ?? {};
  const own = networkMode === 'awsvpc' ? (task.address ?? task.holder?.ipAddress) : undefined;
  if (own === undefined && networkMode !== 'host') {
    return task.containers.flatMap(({ name: containerName, networkBindings }) =>
      networkBindings.flatMap(({ containerPort, hostPort, protocol = 'tcp' }) =>
        containerPort === undefined || hostPort === undefined
          ? []
          : [{ containerName, containerPort, protocol, address, port: hostPort }],
      ),
    );
  }
  return containerDefinitions.flatMap(({ name: containerName = '', portMappings = [] }) =>
    portMappings.flatMap(({ containerPort, protocol = 'tcp' }) =>
      containerPort === undefined
        ? []
        : [{ containerName, containerPort, protocol, address: own ?? address, port: containerPort }],
    ),
  );
}
