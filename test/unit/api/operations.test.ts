import { expect, it } from 'vitest';
import { readSdkModel } from '../../../scripts/sdk-model.js';
import {
  operationNames,
  operationOfCommand,
  Operations,
  type OperationFacts,
} from '../../../src/lib/api/operations.js';
import { unsupportedOperations } from '../../../src/lib/api/other-operations.js';
import { loadSchema } from '../../../src/lib/api/schema.js';

const sdk = readSdkModel();
const facts: Record<string, OperationFacts> = Operations;
const fromEcs = operationNames.filter((name) => !facts[name]?.ours);

it('has every operation of the SDK in exactly one of the two lists', () => {
  expect([...fromEcs, ...Object.keys(unsupportedOperations)].sort()).toEqual(sdk.operations);
});

it.each(operationNames)('%s has its own command and a schema', (name) => {
  const kebab = name.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();
  expect(operationOfCommand(Operations[name].command)).toBe(name);
  expect(loadSchema(name).type).toBe('object');
  if (!facts[name]?.ours) {
    expect(Operations[name].command).toBe(kebab);
    expect(loadSchema(name).title).toBe(name);
  }
  expect(Operations[name].summary).toMatch(/^[A-Z].*[^.]$/);
});

it('names the list member of exactly the paginated answers', () => {
  for (const name of fromEcs) {
    const members = sdk.structures.get(`${name}Response`)?.map((member) => member.name) ?? [];
    const { pages } = facts[name] ?? {};
    expect([name, members.includes('nextToken')]).toEqual([name, pages !== undefined]);
    if (pages) expect(members).toContain(pages);
  }
});

it('knows no command that does not exist', () => {
  expect(operationOfCommand('create-gateway')).toBeUndefined();
});
