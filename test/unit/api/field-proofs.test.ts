import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  containerFields,
  containerOverrideFields,
  definitionFields,
  overrideFields,
  type Field,
} from '../../../src/lib/api/field-table.js';
import { checkFields } from '../../../src/lib/api/fields.js';
import { loadSchema, resolveSchema, type JsonSchema } from '../../../src/lib/api/schema.js';
import type { RegisterTaskDefinitionRequest } from '../../../src/lib/api/types.js';
import { effects } from '../../integration/field-effects.js';
import { proofs } from '../../integration/field-proofs.js';

// Each member that is honoured, nested ones and the values of enums too, has a test on a real engine that sees what it does.

/** Members and values of honoured fields that themselves are not: the table says so of a definition that has them. */
const others: Record<string, Partial<RegisterTaskDefinitionRequest>> = {
  'task.requiresCompatibilities=FARGATE': { requiresCompatibilities: ['FARGATE'] },
  'task.requiresCompatibilities=MANAGED_INSTANCES': { requiresCompatibilities: ['MANAGED_INSTANCES'] },
  'task.runtimePlatform.operatingSystemFamily=WINDOWS': {
    runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' },
  },
  'task.volumes.efsVolumeConfiguration': { volumes: [{ efsVolumeConfiguration: { fileSystemId: 'fs-1' } }] },
  'task.volumes.s3filesVolumeConfiguration': {
    volumes: [{ s3filesVolumeConfiguration: { fileSystemArn: 'arn' } }],
  },
  'task.volumes.fsxWindowsFileServerVolumeConfiguration': {
    volumes: [
      {
        fsxWindowsFileServerVolumeConfiguration: {
          fileSystemId: 'fs-1',
          rootDirectory: '/',
          authorizationConfig: { credentialsParameter: 'arn', domain: 'example.org' },
        },
      },
    ],
  },
  'task.volumes.configuredAtLaunch': { volumes: [{ configuredAtLaunch: true }] },
  'portMappings.name': { containerDefinitions: [{ portMappings: [{ name: 'web' }] }] },
  'portMappings.appProtocol': { containerDefinitions: [{ portMappings: [{ appProtocol: 'http' }] }] },
  'restartPolicy.restartAttemptPeriod': {
    containerDefinitions: [{ restartPolicy: { enabled: true, restartAttemptPeriod: 60 } }],
  },
  'resourceRequirements.type=InferenceAccelerator': {
    containerDefinitions: [{ resourceRequirements: [{ type: 'InferenceAccelerator', value: 'x' }] }],
  },
  'resourceRequirements.type=NeuronDevice': {
    containerDefinitions: [{ resourceRequirements: [{ type: 'NeuronDevice', value: '1' }] }],
  },
  'resourceRequirements.sharingStrategy': {
    containerDefinitions: [
      { resourceRequirements: [{ type: 'GPU', value: '1', sharingStrategy: { nvidiaMps: { memory: 1 } } }] },
    ],
  },
};

it('every honoured member is proven on a real engine', () => {
  const proven = [
    ...provenByEffects(),
    ...Object.values(proofs).flatMap((tests) => Object.values(tests).flat()),
  ];
  const wanted = honouredMembers();
  expect(wanted.length).toBeGreaterThan(120);
  expect(wanted.filter((member) => !proven.includes(member) && !isOther(member))).toEqual([]);
  expect(proven.filter((member) => !wanted.includes(member))).toEqual([]);
});

it('the tests that are named are there', () => {
  for (const [file, tests] of Object.entries(proofs)) {
    const text = readFileSync(join(import.meta.dirname, '../../integration', file), 'utf8');
    const titles = [...text.matchAll(/^ *it(?:\.\w+)*\(\s*(['"])(.*)\1, /gm)].map(
      ([, , title = '']) => title,
    );
    for (const title of Object.keys(tests))
      expect(
        titles.filter((one) => one.includes(title)),
        `${file}: ${title}`,
      ).toHaveLength(1);
  }
});

it.each(Object.entries(others))('%s is told of, since it is not honoured', (_name, definition) => {
  const { refusals, warnings } = checkFields({ family: 'web', containerDefinitions: [], ...definition });
  expect([...refusals, ...warnings]).toHaveLength(1);
});

/** Those under such a member, too; GPUs are the same in overrides. */
function isOther(member: string): boolean {
  const plain = member.replace('overrides.containerOverrides.', '');
  return Object.keys(others).some((other) => plain.startsWith(other));
}

function honouredMembers(): string[] {
  const schemas = parts();
  return [
    ...membersOf(schemas.definition, 'task.', definitionFields, ['containerDefinitions']),
    ...membersOf(schemas.container, '', containerFields),
    ...membersOf(schemas.overrides, 'overrides.', overrideFields, ['containerOverrides']),
    ...membersOf(schemas.containerOverride, 'overrides.containerOverrides.', containerOverrideFields),
  ];
}

function provenByEffects(): string[] {
  const schemas = parts();
  return Object.values(effects).flatMap(({ container = {}, definition = {}, overrides = {} }) => [
    ...present(schemas.container, '', container),
    ...present(schemas.definition, 'task.', definition),
    ...present(schemas.overrides, 'overrides.', overrides),
  ]);
}

/** Every member of the structure whose field is honoured. */
function membersOf(
  { properties = {} }: JsonSchema,
  prefix: string,
  fields: Record<string, Field>,
  apart: string[] = [],
): string[] {
  const names = Object.keys(fields).filter(
    (name) => fields[name]?.fate === 'honoured' && !apart.includes(name),
  );
  return names.flatMap((name) => below(properties[name] ?? {}, prefix + name));
}

/** A member, or those below it: of an enum its values. */
function below(schema: JsonSchema, path: string): string[] {
  const one = resolved(schema);
  if (one.items) return below(one.items, path);
  if (one.enum) return one.enum.map((value) => `${path}=${value}`);
  const nested = Object.entries(one.properties ?? {});
  return nested.length === 0 ? [path] : nested.flatMap(([name, member]) => below(member, `${path}.${name}`));
}

/** The members that are set in a value. */
function present(schema: JsonSchema, path: string, value: unknown): string[] {
  const one = resolved(schema);
  if (Array.isArray(value)) return value.flatMap((each) => present(one.items ?? {}, path, each));
  if (one.enum) return [`${path}=${String(value)}`];
  if (!one.properties) return [path];
  const start = path === '' || path.endsWith('.') ? path : `${path}.`;
  return Object.entries(value as object).flatMap(([name, member]) =>
    present(one.properties?.[name] ?? {}, start + name, member),
  );
}

const register = loadSchema('RegisterTaskDefinition');
const run = loadSchema('RunTask');
const resolved = (schema: JsonSchema) =>
  resolveSchema(schema, schema.$ref?.includes('Override') ? run : register);

function parts() {
  const container = resolved(register.properties?.containerDefinitions?.items ?? {});
  const overrides = resolveSchema(run.properties?.overrides ?? {}, run);
  const containerOverride = resolveSchema(overrides.properties?.containerOverrides?.items ?? {}, run);
  return { definition: register, container, overrides, containerOverride };
}
