import type {
  ContainerImage,
  CreateServiceRequest,
  DeploymentConfiguration,
  LaunchType,
  PlacementConstraint,
  PlacementStrategy,
  Tag,
} from '../../api/types.js';
import type { Deployment, Service } from '../../services/types.js';

/** What the store holds of services, as ../records.ts of the rest. */

/** A service: what the planner knows of it, and what its tasks are made with. */
export interface ServiceRecord {
  cluster: string;
  service: Service;
  createdAt: number;
  /** What its deployments start, by their ids. */
  revisions: Record<string, RevisionRecord>;
  tags: Tag[];
  propagateTags?: 'TASK_DEFINITION' | 'SERVICE' | 'NONE';
  enableECSManagedTags?: boolean;
  enableExecuteCommand?: boolean;
  availabilityZoneRebalancing: 'ENABLED' | 'DISABLED';
  placementConstraints: PlacementConstraint[];
  placementStrategy: PlacementStrategy[];
  /** Name or ARN, as it was given; echoed. */
  role?: string;
  /** As it was given; the planner has the numbers. */
  deploymentConfiguration: DeploymentConfiguration;
  /** When it was last updated. */
  changedAt?: number;
  /** When it was last told to be steady; absent while it isn't. */
  steadyAt?: number;
  /** What created it, so that the same call again gives it and another is refused. */
  inputHash: string;
  /** When it became INACTIVE. */
  endedAt?: number;
}

/** What a deployment starts: ECS's service revision. */
export interface RevisionRecord {
  /** Those of its deployment. */
  id: string;
  family: string;
  revision: number;
  createdAt: number;
  /** What counts where its settings have no strategy. */
  launchType: LaunchType;
  /** Members that ECS keeps with a revision; echoed, as far as they mean nothing here. */
  settings: RevisionSettings;
  /** Which images its first tasks had: later ones have the same, wherever the tag has moved (ECS: version consistency). */
  images?: ContainerImage[];
  /** The definition's revision was registered for this deployment, and for nothing else (DeployService). */
  registered?: true;
}

export type RevisionSettings = Pick<
  CreateServiceRequest,
  | 'capacityProviderStrategy'
  | 'loadBalancers'
  | 'networkConfiguration'
  | 'platformVersion'
  | 'serviceConnectConfiguration'
  | 'serviceRegistries'
  | 'vpcLatticeConfigurations'
>;

/** A deployment that is over, with what it was of. */
export interface PastDeploymentRecord {
  cluster: string;
  service: string;
  deployment: Deployment;
  revision: RevisionRecord;
  /** Of the service when it ended. */
  desiredCount: number;
  deploymentConfiguration: DeploymentConfiguration;
  /** Id of the revision that it took the place of. */
  source?: string;
}

/** A process that keeps a cluster's services, as long as it lives. */
export interface WatcherRecord {
  /** Key of its OwnerRecord. */
  owner: string;
  since: number;
}

export interface ServiceEventRecord {
  id: string;
  at: number;
  message: string;
  /** Names of the instances that the message has by their ids. */
  hosts?: Record<string, string>;
}

/** A client token's service, so that the token makes no other. */
export interface ServiceTokenRecord {
  inputHash: string;
  at: number;
}
