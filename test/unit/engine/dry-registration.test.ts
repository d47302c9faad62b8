import { expect, it } from 'vitest';
import type { OperationInput } from '../../../src/lib/api/operations.js';
import { cluster, definition, kit, type Kit } from './kit.js';

type Input = OperationInput<'RegisterTaskDefinition'>;

const dry = (made: Kit, input: Input, more: Partial<Input> = {}) =>
  made.engine.call('RegisterTaskDefinition', { ...input, ...more, dryRun: true });
const hostsOf = async (made: Kit, input: Input) =>
  (await dry(made, input)).hosts?.map(({ name, canRun, reason }) => [name, canRun, reason]);

it('a dry run answers as registering would, and registers nothing', async () => {
  const made = kit();
  await made.engine.call('RegisterTaskDefinition', definition());
  const answer = await dry(made, definition());
  expect(answer).toMatchObject({
    dryRun: true,
    taskDefinition: { family: 'web', revision: 2 },
  });
  expect(answer.taskDefinition).not.toHaveProperty('dryRun');
  expect(answer.hosts).toBeUndefined();
  const { taskDefinitionArns } = await made.engine.call('ListTaskDefinitions', {});
  expect(taskDefinitionArns).toHaveLength(1);
  await expect(dry(made, definition('web', { image: 'no image' }))).rejects.toThrow('Container.image');
});

it('tells which hosts could run it: now, later, or not at all', async () => {
  const made = await cluster(['web1', 'web2', 'web3'], { memory: 1000 });
  await made.engine.call('RegisterTaskDefinition', definition('full', { memory: 900 }));
  await made.engine.call('StartTask', { taskDefinition: 'full', containerInstances: ['web1'] });
  await made.engine.call('UpdateContainerInstancesState', {
    containerInstances: ['web2'],
    status: 'DRAINING',
  });
  expect(await hostsOf(made, definition('web', { memory: 500 }))).toEqual([
    ['web1', 'LATER', 'RESOURCE:MEMORY'],
    ['web2', 'LATER', 'DRAINING'],
    ['web3', 'NOW', undefined],
  ]);
  expect(await hostsOf(made, definition('web', { memory: 5000 }))).toEqual([
    ['web1', 'NO', 'RESOURCE:MEMORY'],
    ['web2', 'NO', 'RESOURCE:MEMORY'],
    ['web3', 'NO', 'RESOURCE:MEMORY'],
  ]);
});

it('a host that does not answer may run it later', async () => {
  const made = await cluster(['web1']);
  made.hosts.hosts.delete('web1');
  expect(await hostsOf(made, definition())).toEqual([['web1', 'LATER', 'AGENT']]);
});

it('looks at the cluster that is named, which only a dry run has', async () => {
  const made = kit();
  await made.engine.call('CreateCluster', { clusterName: 'empty' });
  expect(await dry(made, definition(), { cluster: 'empty' })).toMatchObject({
    clusterName: 'empty',
    hosts: [],
  });
  await expect(dry(made, definition(), { cluster: 'nowhere' })).rejects.toThrow('Cluster not found');
  const withoutDryRun = made.engine.call('RegisterTaskDefinition', { ...definition(), cluster: 'empty' });
  await expect(withoutDryRun).rejects.toThrow('belongs to no cluster');
});
