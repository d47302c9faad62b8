/** ECS's own exception names (SDK model), the only codes that an operation may answer with. */
export type EcsErrorCode =
  | 'AccessDeniedException'
  | 'AttributeLimitExceededException'
  | 'BlockedException'
  | 'ClientException'
  | 'ClusterContainsContainerInstancesException'
  | 'ClusterContainsServicesException'
  | 'ClusterContainsTasksException'
  | 'ClusterNotFoundException'
  | 'ConflictException'
  | 'InvalidParameterException'
  | 'LimitExceededException'
  | 'MissingVersionException'
  | 'NamespaceNotFoundException'
  | 'NoUpdateAvailableException'
  | 'PlatformTaskDefinitionIncompatibilityException'
  | 'PlatformUnknownException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'
  | 'ServerException'
  | 'ServiceDeploymentNotFoundException'
  | 'ServiceNotActiveException'
  | 'ServiceNotFoundException'
  | 'TargetNotConnectedException'
  | 'TargetNotFoundException'
  | 'TaskSetNotFoundException'
  | 'UnsupportedFeatureException'
  | 'UpdateInProgressException';

/**
 * A refusal in ECS's own words: wire data (code and message), worded for people only by the front ends.
 * `remedy` is one sentence of ours that says what to do next; it never travels over the wire.
 */
export class EcsError extends Error {
  constructor(
    readonly code: EcsErrorCode,
    message: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EcsError';
  }
}
