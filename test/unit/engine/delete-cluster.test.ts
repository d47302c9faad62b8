import { expect, it } from 'vitest';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import type { InstanceRecord } from '../../../src/lib/engine/records.js';
import { cluster, definition, hostOf, kit, records, type Kit } from './kit.js';

const force = { cluster: 'default', force: true };

/** Two hosts with a running task each, and one task that has stopped. */
async function busy(): Promise<Kit> {
  const made = await cluster(['web1', 'web2']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const { tasks = [] } = await made.engine.call('StartTask', {
    taskDefinition: 'web',
    containerInstances: ['web1', 'web1', 'web2'],
  });
  await made.engine.call('StopTask', { task: tasks[0]?.taskArn ?? '' });
  return made;
}

const left = (made: Kit, name: string) => ({
  containers: hostOf(made, name).containers.size,
  volumes: hostOf(made, name).volumes.size,
});

it('takes tasks, containers, markers and hosts along', async () => {
  const made = await busy();
  const { cluster: deleted } = await made.engine.call('DeleteCluster', force);
  expect(deleted).toMatchObject({ status: 'INACTIVE', registeredContainerInstancesCount: 0 });
  for (const host of ['web1', 'web2']) expect(left(made, host)).toEqual({ containers: 0, volumes: 0 });
  const ends = (await records(made.store)).map(
    ({ lastStatus, stoppedReason }) => `${lastStatus} ${stoppedReason}`,
  );
  expect(ends.sort()).toEqual([
    'STOPPED Cluster deleted by user',
    'STOPPED Cluster deleted by user',
    'STOPPED Task stopped by user',
  ]);
  expect(await made.store.list({ prefix: 'cleanup/' })).toEqual([]);
  // A cluster of that name starts anew.
  await made.engine.call('RegisterContainerInstance', { host: 'web1' });
  expect((await made.engine.call('ListTasks', {})).taskArns).toEqual([]);
});

it('takes along what another state has started there, and leaves what is no task', async () => {
  const made = await busy();
  const other = kit({ hosts: made.hosts });
  await other.engine.call('RegisterContainerInstance', { host: 'web1' });
  await other.engine.call('RegisterTaskDefinition', definition('other'));
  await other.engine.call('RunTask', { taskDefinition: 'other' });
  const host = hostOf(made, 'web1');
  const id = await host.createContainer('somebody-elses', { Image: 'busybox:latest' });
  await made.engine.call('DeleteCluster', force);
  expect([...host.containers.keys()]).toEqual([id]);
});

it('does nothing where a host is away', async () => {
  const made = await busy();
  const before = left(made, 'web1');
  made.hosts.hosts.delete('web2');
  await expect(made.engine.call('DeleteCluster', force)).rejects.toMatchObject({
    code: 'ClusterContainsContainerInstancesException',
    message: "The Cluster cannot be emptied: web2 doesn't answer. Nothing was changed.",
    remedy: expect.stringContaining('--container-instance web2 --force'),
  });
  expect(left(made, 'web1')).toEqual(before);
  const instances = await made.store.list<InstanceRecord>({ prefix: 'instance/' });
  expect(instances.map(({ value }) => value.status)).toEqual(['ACTIVE', 'ACTIVE']);
});

it('can be done again where a host failed on the way', async () => {
  const made = await busy();
  const host = hostOf(made, 'web2');
  host.failNext('stopContainer', new HostError('web2', 'unreachable', 'web2 is gone', 'wait'));
  await expect(made.engine.call('DeleteCluster', force)).rejects.toThrow();
  // Nothing new starts meanwhile.
  await expect(made.engine.call('RunTask', { taskDefinition: 'web' })).rejects.toThrow(
    'No Container Instances were found in your cluster.',
  );
  expect((await made.engine.call('DeleteCluster', force)).cluster?.status).toBe('INACTIVE');
  expect(left(made, 'web2')).toEqual({ containers: 0, volumes: 0 });
});

it('is an empty cluster’s plain end, and none’s error', async () => {
  const { engine } = kit();
  await engine.call('CreateCluster', {});
  expect((await engine.call('DeleteCluster', force)).cluster?.status).toBe('INACTIVE');
  expect((await engine.call('DeleteCluster', force)).cluster?.status).toBe('INACTIVE');
  await expect(engine.call('DeleteCluster', { cluster: 'none', force: true })).rejects.toMatchObject({
    code: 'ClusterNotFoundException',
  });
});

it('is refused while services are there, also for what of deleted ones has not stopped', async () => {
  const made = await cluster(['web1'], { settings: { healthyAfter: 0 } });
  const { engine } = made;
  await engine.call('RegisterTaskDefinition', definition());
  await engine.call('CreateService', { serviceName: 'site', taskDefinition: 'web', desiredCount: 1 });
  await engine.call('WaitServices', { services: ['site'] });
  const code = 'ClusterContainsServicesException';
  const message = 'The Cluster cannot be deleted while Services are active.';
  await expect(engine.call('DeleteCluster', { cluster: 'default' })).rejects.toMatchObject({
    ...{ code, message },
    remedy: 'Delete them first: longshore list-services --cluster default',
  });
  await engine.call('DeleteService', { service: 'site', force: true });
  expect((await engine.call('ListServices', {})).serviceArns).toEqual([]);
  await expect(engine.call('DeleteCluster', { cluster: 'default' })).rejects.toMatchObject({
    ...{ code, message },
    remedy:
      'site was deleted, but tasks of it are still there: longshore wait services-inactive --cluster default --services site sees to their end',
  });
  await engine.call('WaitServices', { services: ['site'], until: 'INACTIVE' });
  await expect(engine.call('DeleteCluster', { cluster: 'default' })).rejects.toMatchObject({
    code: 'ClusterContainsContainerInstancesException',
  });
});
