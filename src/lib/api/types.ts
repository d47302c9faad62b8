/**
 * ECS's own types, as the AWS SDK spells them, plus the few members that are ours. Type-only: nothing of the SDK is
 * loaded or shipped.
 */
export type * from '@aws-sdk/client-ecs';
