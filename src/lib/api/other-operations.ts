/**
 * The operations of ECS that Longshore doesn't have: with Operations, every operation of the SDK is in exactly one of
 * the three lists.
 */

const capacity = 'capacity providers buy machines of AWS; add hosts with register-container-instance instead';
const express = 'Express Mode sets up load balancers, DNS and scaling inside AWS';
const gateway = 'gateways are load balancers of AWS';
const agent = "the protocol between ECS's agent and AWS; Longshore has no agent";

/** What only means something inside AWS, each with the reason. */
export const awsOnlyOperations: Readonly<Record<string, string>> = {
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
};

/** What makes sense on hosts of one's own and isn't there yet. */
export const laterOperations: readonly string[] = [
  'ListServicesByNamespace',
  'ContinueServiceDeployment',
  'CreateTaskSet',
  'DeleteTaskSet',
  'DescribeTaskSets',
  'UpdateTaskSet',
  'UpdateServicePrimaryTaskSet',
  'DescribeCapacityProviders',
  'PutClusterCapacityProviders',
  'CreateDaemon',
  'DeleteDaemon',
  'DeleteDaemonTaskDefinition',
  'DescribeDaemon',
  'DescribeDaemonDeployments',
  'DescribeDaemonRevisions',
  'DescribeDaemonTaskDefinition',
  'ListDaemonDeployments',
  'ListDaemonTaskDefinitions',
  'ListDaemons',
  'RegisterDaemonTaskDefinition',
  'UpdateDaemon',
];
