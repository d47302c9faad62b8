/** The operations of ECS that Longshore doesn't have: every operation of the SDK is either in Operations or here. */

const capacity = 'capacity providers buy machines of AWS; add hosts with register-container-instance instead';
const express = 'Express Mode sets up load balancers, DNS and scaling inside AWS';
const gateway = 'gateways are load balancers of AWS';
const taskSets =
  'task sets are for deployment controllers of others; update-service and deploy roll services here';
const daemons = 'a service with schedulingStrategy DAEMON runs one task on each host';
const agent = "the protocol between ECS's agent and AWS; Longshore has no agent";

/** Each with the reason, in words that go on from `NAME is not supported: `. */
export const unsupportedOperations: Readonly<Record<string, string>> = {
  CreateCapacityProvider: capacity,
  UpdateCapacityProvider: capacity,
  DeleteCapacityProvider: capacity,
  CreateExpressGatewayService: express,
  DescribeExpressGatewayService: express,
  UpdateExpressGatewayService: express,
  DeleteExpressGatewayService: express,
  AssociateGatewayWithCluster: gateway,
  CreateGateway: gateway,
  DeleteGateway: gateway,
  DescribeGateway: gateway,
  DescribeGatewayResources: gateway,
  DescribeGatewayRoute: gateway,
  DisassociateGatewayFromCluster: gateway,
  ListGatewayClusterAssociations: gateway,
  ListGatewayRoutes: gateway,
  ListGateways: gateway,
  UpdateGateway: gateway,
  DiscoverPollEndpoint: agent,
  SubmitAttachmentStateChanges: agent,
  SubmitContainerStateChange: agent,
  SubmitTaskStateChange: agent,
  ContinueServiceDeployment: 'deployments have no lifecycle hooks that would pause them',
  CreateTaskSet: taskSets,
  DeleteTaskSet: taskSets,
  DescribeTaskSets: taskSets,
  UpdateTaskSet: taskSets,
  UpdateServicePrimaryTaskSet: taskSets,
  CreateDaemon: daemons,
  DeleteDaemon: daemons,
  DeleteDaemonTaskDefinition: daemons,
  DescribeDaemon: daemons,
  DescribeDaemonDeployments: daemons,
  DescribeDaemonRevisions: daemons,
  DescribeDaemonTaskDefinition: daemons,
  ListDaemonDeployments: daemons,
  ListDaemonTaskDefinitions: daemons,
  ListDaemons: daemons,
  RegisterDaemonTaskDefinition: daemons,
  UpdateDaemon: daemons,
};
