// A program as others write them: it knows nothing of Longshore but the hosts, and finds the server by
// AWS_ENDPOINT_URL_ECS. Prints what it saw, as JSON.
import {
  ClusterNotFoundException,
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterContainerInstanceCommand,
  DescribeServicesCommand,
  ECSClient,
  ListTasksCommand,
  paginateListContainerInstances,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs';

const client = new ECSClient({});
const cluster = 'sdk';
const waiting = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
const seen = {};

const { cluster: made } = await client.send(new CreateClusterCommand({ clusterName: cluster }));
seen.clusterArn = made.clusterArn;
for (const host of process.argv.slice(2))
  await client.send(
    new RegisterContainerInstanceCommand({ cluster, attributes: [{ name: 'longshore.host', value: host }] }),
  );
const instances = [];
for await (const page of paginateListContainerInstances({ client, pageSize: 1 }, { cluster }))
  instances.push(...page.containerInstanceArns);
seen.instances = instances.length;

await client.send(
  new RegisterTaskDefinitionCommand({
    family: 'sdk',
    containerDefinitions: [
      { name: 'main', image: 'busybox', memory: 16, command: ['sleep', '600'], stopTimeout: 1 },
    ],
  }),
);
const { tasks } = await client.send(new RunTaskCommand({ cluster, taskDefinition: 'sdk' }));
const arns = tasks.map(({ taskArn }) => taskArn);
seen.running = (await waitUntilTasksRunning(waiting, { cluster, tasks: arns })).state;
await client.send(new StopTaskCommand({ cluster, task: arns[0] }));
seen.stopped = (await waitUntilTasksStopped(waiting, { cluster, tasks: arns })).state;

await client.send(
  new CreateServiceCommand({ cluster, serviceName: 'web', taskDefinition: 'sdk', desiredCount: 2 }),
);
const ofService = { cluster, services: ['web'] };
seen.stable = (await waitUntilServicesStable(waiting, ofService)).state;
const { services } = await client.send(new DescribeServicesCommand(ofService));
seen.runningCount = services[0].runningCount;
seen.createdAt = services[0].createdAt instanceof Date;
const { taskArns } = await client.send(new ListTasksCommand({ cluster, serviceName: 'web' }));
seen.tasksOfService = taskArns.length;
await client.send(new DeleteServiceCommand({ cluster, service: 'web', force: true }));
seen.inactive = (await waitUntilServicesInactive(waiting, ofService)).state;

for (const containerInstance of instances)
  await client.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance }));
await client.send(new DeleteClusterCommand({ cluster }));
try {
  await client.send(new DeleteClusterCommand({ cluster: 'no-such' }));
} catch (error) {
  seen.error = { class: error instanceof ClusterNotFoundException, name: error.name, message: error.message };
}
console.log(JSON.stringify(seen));
