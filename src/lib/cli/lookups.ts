import type {
  Attribute,
  Cluster,
  ContainerInstance,
  Service,
  ServiceDeploymentBrief,
  Task,
} from '../api/types.js';
import type { Engine } from '../engine/engine.js';
import { nameOf } from './people-words.js';
import type { Session } from './session.js';
import { attributeTable } from './tables/attribute-table.js';
import { taskTable } from './tables/task-table.js';

/** ECS describes at most 100 at once. */
const MOST = 100;

/** The details of what a list names, for tables; the hosts were asked by the list already. */
export async function describeTasks(
  engine: Engine,
  cluster: string | undefined,
  tasks: readonly string[],
): Promise<Task[]> {
  return inChunks(tasks, async (chunk) => {
    const answer = await engine.call('DescribeTasks', { cluster, tasks: chunk, refresh: false });
    return answer.tasks ?? [];
  });
}

export async function describeClusters(engine: Engine, clusters: readonly string[]): Promise<Cluster[]> {
  return inChunks(
    clusters,
    async (chunk) => (await engine.call('DescribeClusters', { clusters: chunk })).clusters ?? [],
  );
}

/** ECS describes at most ten services at once. */
export async function describeServices(
  engine: Engine,
  cluster: string | undefined,
  services: readonly string[],
): Promise<Service[]> {
  const describe = async (chunk: string[]) =>
    (await engine.call('DescribeServices', { cluster, services: chunk, refresh: false })).services ?? [];
  return inChunks(services, describe, 10);
}

/** What deployments have started, `FAMILY:REVISION` by the ARN of the service revision. ECS describes 20 at most. */
export async function definitionsOf(
  engine: Engine,
  deployments: readonly ServiceDeploymentBrief[],
): Promise<Map<string, string>> {
  const arns = deployments.flatMap(({ targetServiceRevisionArn }) => targetServiceRevisionArn ?? []);
  const describe = async (chunk: string[]) =>
    (await engine.call('DescribeServiceRevisions', { serviceRevisionArns: chunk })).serviceRevisions ?? [];
  const revisions = await inChunks([...new Set(arns)], describe, 20);
  return new Map(
    revisions.map(({ serviceRevisionArn = '', taskDefinition }) => [
      serviceRevisionArn,
      nameOf(taskDefinition),
    ]),
  );
}

/** `refresh`: ask the hosts themselves. */
export async function describeInstances(
  engine: Engine,
  cluster: string | undefined,
  containerInstances: readonly string[],
  refresh: boolean,
): Promise<ContainerInstance[]> {
  return inChunks(containerInstances, async (chunk) => {
    const answer = await engine.call('DescribeContainerInstances', {
      cluster,
      containerInstances: chunk,
      refresh,
    });
    return answer.containerInstances ?? [];
  });
}

/** The hosts of tasks (or of what else is on one), for their names and addresses. */
export async function instancesOf(
  engine: Engine,
  cluster: string | undefined,
  tasks: readonly Pick<Task, 'containerInstanceArn'>[],
): Promise<Map<string, ContainerInstance>> {
  const arns = [...new Set(tasks.flatMap((task) => task.containerInstanceArn ?? []))];
  const instances = await describeInstances(engine, cluster, arns, false);
  return new Map(instances.map((instance) => [instance.containerInstanceArn ?? '', instance]));
}

/** A table of tasks with the names of their hosts. */
export async function tasksForPeople(
  tasks: readonly Task[],
  cluster: string | undefined,
  session: Session,
): Promise<string> {
  const instances = await instancesOf(await session.engine(), cluster, tasks);
  return taskTable({
    tasks,
    instances: [...instances.values()],
    terminal: session.terminal,
    now: session.now(),
  });
}

/** A table of attributes with the names of their hosts. */
export async function attributesForPeople(
  attributes: readonly Attribute[],
  cluster: string | undefined,
  session: Session,
): Promise<string> {
  const targets = attributes.map(({ targetId }) => ({ containerInstanceArn: targetId }));
  const instances = await instancesOf(await session.engine(), cluster, targets);
  return attributeTable(attributes, instances, session.terminal);
}

async function inChunks<T>(
  names: readonly string[],
  describe: (chunk: string[]) => Promise<T[]>,
  most = MOST,
): Promise<T[]> {
  const found: T[] = [];
  for (let i = 0; i < names.length; i += most) found.push(...(await describe(names.slice(i, i + most))));
  return found;
}
