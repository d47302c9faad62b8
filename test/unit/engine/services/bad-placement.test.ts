import { expect, it } from 'vitest';
import { keys, putDefinition, putService } from '../../../../src/lib/engine/keys.js';
import type { DefinitionRecord } from '../../../../src/lib/engine/records.js';
import type { ServiceRecord } from '../../../../src/lib/engine/services/records.js';
import { cluster, definition, records, type Kit } from '../kit.js';

const UNREADABLE = { type: 'memberOf' as const, expression: 'attribute:x === ((' };
const NOWHERE = { type: 'spread' as const, field: 'instanceID2' };
const refusal = (message: string) => ({
  code: 'InvalidParameterException',
  message: expect.stringContaining(message) as string,
});

const web = { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 };
const bad = { ...web, serviceName: 'bad' };

async function ready(): Promise<Kit> {
  const made = await cluster(['web1', 'web2'], { settings: { healthyAfter: 50 } });
  await made.engine.call('RegisterTaskDefinition', definition());
  return made;
}

/** What an earlier version, or an imported state, may have left: it is changed behind the engine's back. */
async function spoil({ store }: Kit, name: string, change: Partial<ServiceRecord>): Promise<void> {
  const entry = await store.get<ServiceRecord>(keys.service('default', name));
  if (entry === undefined) throw new Error(`no service ${name}`);
  const { value } = entry;
  const strategy = change.placementStrategy ?? [];
  await store.commit({
    puts: [putService({ ...value, ...change, service: { ...value.service, strategy } })],
  });
}

const running = async ({ store }: Kit) =>
  (await records(store)).filter(({ lastStatus }) => lastStatus === 'RUNNING').map(({ group }) => group);

it('a strategy or an expression that cannot be read is refused before anything is written', async () => {
  const { engine } = await ready();
  const strategy = refusal('spread works over instanceId, host or attribute:NAME, not over instanceID2.');
  const expression = refusal('Invalid expression at character');
  const create = (more: object) => engine.call('CreateService', { ...bad, ...more });
  await expect(create({ placementStrategy: [NOWHERE] })).rejects.toMatchObject(strategy);
  await expect(create({ placementConstraints: [UNREADABLE] })).rejects.toMatchObject(expression);
  expect((await engine.call('ListServices', {})).serviceArns).toEqual([]);

  const registering = engine.call('RegisterTaskDefinition', {
    ...definition('other'),
    placementConstraints: [UNREADABLE],
  });
  await expect(registering).rejects.toMatchObject(expression);
  expect((await engine.call('ListTaskDefinitions', {})).taskDefinitionArns).toHaveLength(1);

  await engine.call('CreateService', web);
  const update = (more: object) => engine.call('UpdateService', { service: 'web', ...more });
  await expect(update({ placementStrategy: [NOWHERE] })).rejects.toMatchObject(strategy);
  await expect(update({ placementConstraints: [UNREADABLE] })).rejects.toMatchObject(expression);
  const { services } = await engine.call('DescribeServices', { services: ['web'] });
  expect(services).toMatchObject([{ placementStrategy: [], placementConstraints: [] }]);
});

it('an expression of distinctInstance is refused, an empty one is none', async () => {
  const { engine } = await ready();
  const constraint = (expression: string) => ({
    placementConstraints: [{ type: 'distinctInstance' as const, expression }],
  });
  const refused = refusal("A distinctInstance placement constraint can't have an expression.");
  const given = constraint('attribute:x == y');
  await expect(engine.call('CreateService', { ...bad, ...given })).rejects.toMatchObject(refused);
  await expect(engine.call('RunTask', { taskDefinition: 'web', ...given })).rejects.toMatchObject(refused);
  expect((await engine.call('RunTask', { taskDefinition: 'web', ...constraint('') })).failures).toEqual([]);
});

it('a definition that cannot be placed makes no service', async () => {
  const { engine, store } = await ready();
  const known = await store.get<DefinitionRecord>(keys.definition('web', 1));
  if (known === undefined) throw new Error('no definition');
  const { value } = known;
  const spoilt = { ...value, definition: { ...value.definition, placementConstraints: [UNREADABLE] } };
  await store.commit({ puts: [putDefinition(spoilt)] });
  await expect(engine.call('CreateService', web)).rejects.toMatchObject(refusal('Invalid expression'));
  expect((await engine.call('ListServices', {})).serviceArns).toEqual([]);
});

it('a service that cannot be planned is told of once, and the others are kept; who asks for it is told', async () => {
  const made = await ready();
  const { engine, events } = made;
  await engine.call('CreateService', bad);
  await spoil(made, 'bad', { placementStrategy: [NOWHERE] });
  await engine.call('CreateService', web);
  await expect(engine.call('WaitServices', { services: ['bad'], timeout: 10 })).rejects.toMatchObject(
    refusal('spread works over'),
  );
  const kept = engine.call('Reconcile', { watch: true });
  await expect.poll(() => running(made)).toEqual(['service:web']);
  await expect
    .poll(async () => (await engine.call('DescribeServices', { services: ['web'] })).services?.[0]?.events)
    .toContainEqual(expect.objectContaining({ message: '(service web) has reached a steady state.' }));
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  expect(warnings).toEqual([
    "the service bad can't be kept: spread works over instanceId, host or attribute:NAME, not over instanceID2.",
  ]);
  made.abort();
  await kept;
});

it('a DAEMON whose constraints cannot be read can be deleted', async () => {
  const made = await ready();
  const { engine } = made;
  await engine.call('CreateService', {
    serviceName: 'bad',
    taskDefinition: 'web',
    schedulingStrategy: 'DAEMON',
  });
  await engine.call('WaitServices', { services: ['bad'], timeout: 10 });
  expect(await running(made)).toHaveLength(2);
  await spoil(made, 'bad', { placementConstraints: [UNREADABLE] });
  await engine.call('DeleteService', { service: 'bad', force: true });
  const { outcomes } = await engine.call('WaitServices', {
    services: ['bad'],
    until: 'INACTIVE',
    timeout: 10,
  });
  expect(outcomes).toMatchObject([{ state: 'INACTIVE' }]);
  expect(await running(made)).toEqual([]);
});

it('where tasks would go is shown of the other services, and of one that cannot be planned why not', async () => {
  const made = await ready();
  const { engine, events } = made;
  for (const one of [web, bad]) await engine.call('CreateService', { ...one, desiredCount: 2 });
  await engine.call('WaitServices', { services: ['web', 'bad'], timeout: 10 });
  const drain = { containerInstances: ['web1'], status: 'DRAINING' as const, dryRun: true };
  const refused = 'spread works over instanceId, host or attribute:NAME, not over instanceID2.';
  const drainMoves = [
    { serviceName: 'bad', from: 'web1', why: refused },
    { serviceName: 'web', from: 'web1', to: 'web2' },
  ];
  const warnings = () => events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  await spoil(made, 'bad', { placementStrategy: [NOWHERE] });
  const { moves = [] } = await engine.call('UpdateContainerInstancesState', drain);
  const byName = moves.toSorted((a, b) => ((a.serviceName ?? '') < (b.serviceName ?? '') ? -1 : 1));
  expect(byName).toMatchObject(drainMoves);
  expect(warnings()).toEqual([`the service bad can't be moved: ${refused}`]);

  await spoil(made, 'bad', { placementConstraints: [UNREADABLE] });
  const other = await engine.call('UpdateContainerInstancesState', drain);
  expect(other.moves).toContainEqual(
    expect.objectContaining({
      serviceName: 'bad',
      why: expect.stringContaining('Invalid expression') as string,
    }),
  );
});

it('a service that cannot be planned keeps no other from being rebalanced, and is told of who asks for it', async () => {
  const made = await ready();
  const { engine, events } = made;
  const status = (to: 'ACTIVE' | 'DRAINING') =>
    engine.call('UpdateContainerInstancesState', { containerInstances: ['web2'], status: to });
  await status('DRAINING');
  for (const one of [bad, web]) await engine.call('CreateService', { ...one, desiredCount: 3 });
  await engine.call('WaitServices', { services: ['web', 'bad'], timeout: 10 });
  await status('ACTIVE');
  await spoil(made, 'bad', { placementStrategy: [NOWHERE] });
  const seen = events.length;
  const { moves } = await engine.call('Rebalance', { dryRun: true });
  expect(moves).toMatchObject([{ serviceName: 'web', from: 'web1', to: 'web2' }]);
  expect(events.slice(seen).filter(({ type }) => type === 'warning')).toMatchObject([
    { message: expect.stringMatching(/^the service bad can't be rebalanced: spread works over/) as string },
  ]);
  await expect(engine.call('Rebalance', { service: 'bad', dryRun: true })).rejects.toMatchObject(
    refusal('spread works over'),
  );
});
