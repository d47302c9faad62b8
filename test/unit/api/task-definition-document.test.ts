import { expect, it } from 'vitest';
import { parseTaskDefinition } from '../../../src/lib/api/task-definition-document.js';

const parse = (value: unknown) => parseTaskDefinition(JSON.stringify(value), 'task.json');
const definition = { family: 'web', containerDefinitions: [{ name: 'app' }] };

it('leaves out what registration sets itself, and says so', async () => {
  const pasted = {
    ...definition,
    taskDefinitionArn: 'arn:x',
    revision: 3,
    status: 'ACTIVE',
    compatibilities: ['EC2'],
  };
  expect(await parse(pasted)).toEqual({
    input: definition,
    notes: [
      'task.json: left out taskDefinitionArn, revision, status, compatibilities, which registration sets itself.',
    ],
  });
});

it('unwraps the answer of describe-task-definition', async () => {
  const tags = [{ key: 'team', value: 'a' }];
  expect((await parse({ taskDefinition: { ...definition, revision: 3 }, tags })).input).toEqual({
    ...definition,
    tags,
  });
  expect((await parse({ taskDefinition: definition, tags: [] })).input).toEqual(definition);
});

it('leaves out what only editors and people read', async () => {
  expect(await parse({ $schema: '…', '//': 'a remark', ...definition })).toEqual({
    input: definition,
    notes: [],
  });
});

it.each([
  [[{ name: 'app' }], 'task.json: is a list; if these are the containers, wrap them'],
  [{ Family: 'web', ContainerDefinitions: [] }, "task.json: is in CloudFormation's form"],
  [{ Resources: {} }, "task.json: is in CloudFormation's form"],
  [{ services: {} }, "task.json: is in Compose's form"],
  [{ version: 4, terraform_version: '1.9' }, "task.json: is Terraform's state"],
  [{ apiVersion: 'apps/v1', kind: 'Deployment' }, 'task.json: is in the form of Kubernetes'],
  [{ name: 'web', type: 'Backend Service', image: {} }, 'task.json: looks like a manifest of AWS Copilot'],
  [{ taskDefinitions: [] }, 'task.json: holds several task definitions'],
  [{ cluster: 'a', taskDefinition: 'web:1' }, 'task.json: only names a task definition'],
  [{ family: 'a', container_definitions: [] }, "task.json: is in Terraform's form"],
])('%j', async (value, message) => {
  await expect(parse(value)).rejects.toThrow(message);
});

it('tells of members that are null, which count as absent', async () => {
  const containers = [
    { name: 'app', command: null, environment: [{ name: 'A', value: null }], links: [null] },
  ];
  expect((await parse({ family: 'web', volumes: null, containerDefinitions: containers })).notes).toEqual([
    'task.json: null counts as absent: volumes, containerDefinitions[0].command, containerDefinitions[0].environment[0].value.',
  ]);
  const many = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`m${i}`, null]));
  expect((await parse({ ...definition, ...many })).notes).toEqual([
    'task.json: null counts as absent: m0, m1, m2, m3, m4 and 2 more.',
  ]);
});
