import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { staleSchemas } from '../../../scripts/generate-schemas.js';
import { loadSchema, resolveSchema } from '../../../src/lib/api/schema.js';

it('holds what the installed SDK declares', () => {
  expect(staleSchemas()).toEqual([]);
});

it('has a file for each of the 88 operations', () => {
  expect(readdirSync('schemas/generated')).toHaveLength(88);
});

it('keeps the order, the required members, the enums and the kinds of numbers', () => {
  const register = loadSchema('RegisterTaskDefinition');
  expect(Object.keys(register.properties ?? {}).slice(0, 5)).toEqual([
    'family',
    'taskRoleArn',
    'executionRoleArn',
    'networkMode',
    'containerDefinitions',
  ]);
  expect(register.required).toEqual(['family', 'containerDefinitions']);
  expect(register.properties?.networkMode?.enum).toEqual(['awsvpc', 'bridge', 'host', 'none']);

  const container = resolveSchema(register.properties?.containerDefinitions?.items ?? {}, register);
  expect(container.properties?.memory).toEqual({ type: 'integer' });
  expect(container.properties?.dockerLabels).toEqual({
    type: 'object',
    additionalProperties: { type: 'string' },
  });

  const service = loadSchema('CreateService');
  expect(service.$defs?.CanaryConfiguration?.properties?.canaryPercent).toEqual({
    type: 'number',
    'x-kind': 'double',
  });
});

it('marks the members that are ours', () => {
  const own = Object.entries(loadSchema('RunTask').properties ?? {}).filter(
    ([, member]) => member['x-longshore'],
  );
  expect(own.map(([name]) => name)).toEqual(['dryRun', 'seed']);
});

it('says so where there is no such operation', () => {
  expect(() => loadSchema('RunTusk')).toThrow('RunTusk.json');
});
