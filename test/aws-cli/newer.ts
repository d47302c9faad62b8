import { readdirSync } from 'node:fs';
import { operationNames, Operations, type OperationName } from '../../src/lib/api/operations.js';
import { type JsonSchema, loadOutputSchema, loadSchema } from '../../src/lib/api/schema.js';
import { awsModel } from './aws.js';

/** The operations of ECS that there are here. */
export const ecsOperations: readonly OperationName[] = operationNames.filter(
  (name) => !('ours' in Operations[name]),
);

/**
 * What ECS's model has got since the AWS CLI that is the reference: operations by their names, members as
 * `Structure.member`.
 */
export function recordNewer(): Promise<string[]> {
  const { operations, shapes } = awsModel();
  const newer = new Set<string>();
  for (const operation of allOperations()) {
    if (!(operation in operations)) newer.add(operation);
    for (const [structure, schema] of structuresOf(operation)) {
      const known = shapes[structure]?.members;
      for (const [member, type] of Object.entries(schema.properties ?? {}))
        if (known && !(member in known) && !type['x-longshore']) newer.add(`${structure}.${member}`);
    }
  }
  return Promise.resolve([...newer].sort());
}

/** Also those without a verb yet. */
const allOperations = (): string[] =>
  readdirSync(new URL('../../schemas/generated', import.meta.url))
    .map((file) => file.replace('.json', ''))
    .sort();

function structuresOf(operation: string): [string, JsonSchema][] {
  const input = loadSchema(operation);
  return [
    [`${operation}Request`, input],
    ...Object.entries(input.$defs ?? {}),
    ...Object.entries(loadOutputSchema(operation)?.$defs ?? {}),
  ];
}
