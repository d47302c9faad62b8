import { expect, it } from 'vitest';
import { cluster, definition, records, type Kit } from '../kit.js';

const settings = { healthyAfter: 50 };
const both = { serviceName: 'both', taskDefinition: 'web', desiredCount: 1 };

/** Two states that have each made the service and started its task, on the same host, before either saw the other's. */
async function twice(): Promise<[Kit, Kit]> {
  const first = await cluster(['web1'], { settings });
  const second = await cluster(['web1'], { settings, hosts: first.hosts });
  for (const { engine } of [first, second]) {
    await engine.call('RegisterTaskDefinition', definition());
    await engine.call('CreateService', both);
  }
  await Promise.all([first, second].map(({ engine }) => engine.call('Reconcile', {})));
  // Each learns of the other's task.
  for (const { engine } of [first, second]) await engine.call('Reconcile', {});
  for (const one of [first, second])
    expect(await running(one)).toMatchObject({ own: [expect.any(String)], foreign: [expect.any(String)] });
  return [first, second];
}

/** Ids of the tasks that run, as this state knows them, by whether it has started them itself. */
async function running({ store }: Kit): Promise<{ own: string[]; foreign: string[] }> {
  const tasks = (await records(store)).filter(({ lastStatus }) => lastStatus === 'RUNNING');
  const ids = (adopted: boolean) => tasks.filter((t) => Boolean(t.adopted) === adopted).map(({ id }) => id);
  return { own: ids(false), foreign: ids(true) };
}

const stateOf = async ({ engine }: Kit, until: 'STEADY' | 'INACTIVE') =>
  (await engine.call('WaitServices', { services: ['both'], until, timeout: 10 })).outcomes[0]?.state;

it('each state can delete a service that both hold, and stops its own tasks alone', async () => {
  const [first, second] = await twice();
  const { own, foreign } = await running(first);
  await first.engine.call('DeleteService', { service: 'both', force: true });
  expect(await stateOf(first, 'INACTIVE')).toBe('INACTIVE');
  expect(await running(first)).toEqual({ own: [], foreign });

  // What is left belongs to one state again.
  await second.engine.call('Reconcile', {});
  expect(await stateOf(second, 'STEADY')).toBe('STEADY');
  expect(await running(second)).toEqual({ own: foreign, foreign: [] });
  expect(own).not.toEqual(foreign);
});

it('one of them can take it over with what it was created with', async () => {
  const [first, second] = await twice();
  const { own } = await running(first);
  const take = (more: object) => first.engine.call('CreateService', { ...both, takeOver: true, ...more });
  await expect(first.engine.call('WaitServices', { services: ['both'], timeout: 10 })).rejects.toMatchObject({
    message: 'Another state keeps a service both on the same hosts: its tasks run on web1.',
    remedy: expect.stringContaining('create-service --take-over'),
  });
  await expect(first.engine.call('CreateService', both)).rejects.toMatchObject({
    message: 'Creation of service was not idempotent.',
  });
  await expect(take({ desiredCount: 2 })).rejects.toMatchObject({
    message: 'Creation of service was not idempotent.',
    remedy: expect.stringContaining('other settings'),
  });
  expect((await take({})).service).toMatchObject({ serviceName: 'both', status: 'ACTIVE' });
  expect(await stateOf(first, 'STEADY')).toBe('STEADY');
  expect(await running(first)).toEqual({ own, foreign: [] });

  await second.engine.call('DeleteService', { service: 'both', force: true });
  expect(await stateOf(second, 'INACTIVE')).toBe('INACTIVE');
  await first.engine.call('Reconcile', {});
  expect(await running(first)).toEqual({ own, foreign: [] });
});
