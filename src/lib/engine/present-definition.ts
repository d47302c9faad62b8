import type { TaskDefinition } from '../api/types.js';
import { taskDefinitionArn } from '../api/arn.js';
import type { EngineContext } from './context.js';
import type { DefinitionRecord } from './records.js';

/** Records hold times as numbers; ECS's shape has dates. */
export function presentDefinition(ctx: EngineContext, { definition }: DefinitionRecord): TaskDefinition {
  const date = (time: Date | undefined) => (time === undefined ? undefined : new Date(time));
  const { registeredAt, deregisteredAt, deleteRequestedAt, ...rest } = definition;
  return {
    taskDefinitionArn: taskDefinitionArn(ctx.identity, definition.family, definition.revision),
    ...rest,
    ...(registeredAt === undefined ? {} : { registeredAt: date(registeredAt) }),
    ...(deregisteredAt === undefined ? {} : { deregisteredAt: date(deregisteredAt) }),
    ...(deleteRequestedAt === undefined ? {} : { deleteRequestedAt: date(deleteRequestedAt) }),
  };
}
