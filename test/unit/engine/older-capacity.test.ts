import { expect, it } from 'vitest';
import { keys, putCluster, putService } from '../../../src/lib/engine/keys.js';
import type { ClusterRecord } from '../../../src/lib/engine/records.js';
import type { ServiceRecord } from '../../../src/lib/engine/services/records.js';
import { transact } from '../../../src/lib/store/transact.js';
import { cluster, definition, kit, type Kit } from './kit.js';

/** As states of before have it: not filled in, and of providers that the cluster needn't have. */
const unfilled = [{ capacityProvider: 'FARGATE', weight: 1 }];

const change = (made: Kit, more: Partial<ClusterRecord>) =>
  transact(made.ctx.store, made.ctx, async (draft) => {
    const record = await draft.get<ClusterRecord>(keys.cluster('default'));
    draft.put(putCluster({ ...(record as ClusterRecord), ...more }));
  });

/** A cluster with a definition. */
async function defined() {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition('web'));
  return made;
}

it('a service whose strategy was not filled in is updated, with a new deployment only where one is asked for', async () => {
  const made = await defined();
  const { engine, ctx } = made;
  await change(made, { capacityProviders: ['FARGATE'] });
  await engine.call('CreateService', {
    serviceName: 'site',
    taskDefinition: 'web',
    desiredCount: 0,
    capacityProviderStrategy: unfilled,
  });
  await transact(ctx.store, ctx, async (draft) => {
    const record = (await draft.get<ServiceRecord>(keys.service('default', 'site'))) as ServiceRecord;
    const revisions = Object.entries(record.revisions).map(([id, revision]) => [
      id,
      { ...revision, settings: { ...revision.settings, capacityProviderStrategy: unfilled } },
    ]);
    draft.put(putService({ ...record, revisions: Object.fromEntries(revisions) as typeof record.revisions }));
  });
  for (const capacityProviderStrategy of [undefined, unfilled]) {
    const input = { service: 'site', desiredCount: 1, capacityProviderStrategy };
    const { service } = await engine.call('UpdateService', input);
    expect(service).toMatchObject({ desiredCount: 1, deployments: [{ status: 'PRIMARY' }] });
  }
  const forced = { service: 'site', forceNewDeployment: true };
  const { service } = await engine.call('UpdateService', forced);
  expect(service?.capacityProviderStrategy).toEqual([{ ...unfilled[0], base: 0 }]);
});

it("tasks and services start by a cluster's default strategy of providers that are not among its own", async () => {
  const made = await defined();
  await change(made, { defaultCapacityProviderStrategy: unfilled });
  const { tasks } = await made.engine.call('RunTask', { taskDefinition: 'web' });
  expect(tasks).toMatchObject([{ capacityProviderName: 'FARGATE' }]);
  const { service } = await made.engine.call('CreateService', {
    serviceName: 'site',
    taskDefinition: 'web',
    desiredCount: 0,
  });
  expect(service?.capacityProviderStrategy).toEqual([{ ...unfilled[0], base: 0 }]);
});

it('the same cluster is created again, in whatever order it is given', async () => {
  const made = kit();
  const create = (more: object) => made.engine.call('CreateCluster', more);
  const input = {
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }, ...unfilled],
    tags: [
      { key: 'a', value: 'z' },
      { key: 'b', value: 'y' },
    ],
  };
  await create(input);
  await change(made, input);
  await create(input);
  await create({
    capacityProviders: input.capacityProviders.toReversed(),
    defaultCapacityProviderStrategy: [
      { weight: 1, capacityProvider: 'FARGATE' },
      { capacityProvider: 'FARGATE_SPOT', base: 0 },
    ],
    tags: [
      { value: 'y', key: 'b' },
      { key: 'a', value: 'z' },
    ],
  });
  await create({
    tags: [
      { value: 'z', key: 'a' },
      { value: 'y', key: 'b' },
    ],
  });
  await create({
    tags: [
      { value: 'y', key: 'b' },
      { key: 'a', value: 'z' },
    ],
  });
  for (const other of [
    { tags: [{ key: 'a', value: 'y' }] },
    { defaultCapacityProviderStrategy: unfilled, capacityProviders: ['FARGATE'] },
  ])
    await expect(create(other)).rejects.toMatchObject({ code: 'InvalidParameterException' });
});
