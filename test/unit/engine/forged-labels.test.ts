import { expect, it } from 'vitest';
import type { FakeDockerHost } from '../../fakes/fake-docker-host.js';
import { cluster, definition, hostOf, idOf, records, type Kit } from './kit.js';

interface Scene {
  /** The state under attack: it doesn't know the task yet. */
  made: Kit;
  web1: FakeDockerHost;
  web2: FakeDockerHost;
  task: string;
  /** web1's container with the labels of the task on web2, some of them changed. */
  forge: (labels?: Record<string, string>) => Promise<string>;
}

/** A task that another state runs on web2; web1 is in the wrong hands. */
async function scene(): Promise<Scene> {
  const other = await cluster(['web1', 'web2']);
  await other.engine.call('RegisterTaskDefinition', definition());
  await other.engine.call('UpdateContainerInstancesState', {
    containerInstances: ['web1'],
    status: 'DRAINING',
  });
  const { tasks = [] } = await other.engine.call('RunTask', { taskDefinition: 'web' });
  const made = await cluster([], { hosts: other.hosts });
  const [web1, web2] = [hostOf(made, 'web1'), hostOf(made, 'web2')];
  await made.engine.call('CreateCluster', { clusterName: 'default' });
  web2.vanish();
  await made.engine.call('RegisterContainerInstance', { host: 'web1' });
  web2.comeBack();
  const [real] = [...web2.containers.values()];
  const forge = async (labels: Record<string, string> = {}) => {
    const Labels = { ...real?.options.Labels, ...labels };
    const id = await web1.createContainer(`ecs-forged-${Labels['longshore.task-id']}`, {
      Image: 'busybox:latest',
      Cmd: ['serve'],
      Labels,
    });
    await web1.startContainer(id);
    return id;
  };
  return { made, web1, web2, task: idOf(tasks[0]?.taskArn), forge };
}

const web1Id = async ({ made }: Scene) => {
  const answer = await made.engine.call('DescribeContainerInstances', { containerInstances: ['web1'] });
  return idOf(answer.containerInstances?.[0]?.containerInstanceArn);
};
const warnings = ({ made }: Scene) =>
  made.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const statuses = (host: FakeDockerHost) => [...host.containers.values()].map((c) => c.status);

it('a task that one host shows under its own id ends nothing on another', async () => {
  const all = await scene();
  const { made, web1, web2, task, forge } = all;
  const forged = await forge({ 'longshore.instance-id': await web1Id(all) });
  await made.engine.call('ListTasks', {});
  const [record] = await records(made.store);
  expect(record).toMatchObject({ id: task, instance: await web1Id(all) });
  await made.engine.call('RegisterContainerInstance', { host: 'web2' });

  await made.engine.call('Reconcile', {});
  expect(statuses(web2)).toEqual(['running']);
  const strange = `web2: containers of task ${task} run there, but by the records it is another host's task: look at both hosts`;
  expect(warnings(all)).toContain(strange);

  // The record says that the task has ended, and its host has left: that is no reason either.
  web1.exit(forged, 0);
  await made.engine.call('ListTasks', {});
  expect((await records(made.store))[0]?.lastStatus).toBe('STOPPED');
  await made.engine.call('DeregisterContainerInstance', { containerInstance: 'web1', force: true });
  const { clusters } = await made.engine.call('Reconcile', {});
  expect(clusters[0]?.removedStrays).toBe(0);
  expect(statuses(web2)).toEqual(['running']);
});

it("a task that is labelled as another host's is not taken over", async () => {
  const all = await scene();
  const { made, web2, task, forge } = all;
  await made.engine.call('RegisterContainerInstance', { host: 'web2' });
  const [known] = await records(made.store);
  await made.store.commit({ deletes: [`task/default/${known?.id}`] });
  await forge();
  web2.vanish();
  await made.engine.call('ListTasks', {});
  expect(await records(made.store)).toEqual([]);
  expect(warnings(all)).toContain(
    `web1: containers of task ${task} are labelled as those of web2; they are not taken over`,
  );
  web2.comeBack();
  await made.engine.call('ListTasks', {});
  expect((await records(made.store)).map((record) => record.id)).toEqual([task]);
});

it('what never ran of a task that lives on another host is removed', async () => {
  const made = await cluster(['web1', 'web2']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
  const name = tasks[0]?.containerInstanceArn;
  const all = await made.engine.call('DescribeContainerInstances', { containerInstances: ['web1', 'web2'] });
  const other = all.containerInstances?.find((i) => i.containerInstanceArn !== name)?.ec2InstanceId ?? '';
  const here = other === 'web1' ? 'web2' : 'web1';
  const [real] = [...hostOf(made, here).containers.values()];
  await hostOf(made, other).createContainer(`ecs-late-${real?.options.Labels?.['longshore.task-id']}`, {
    Image: 'busybox:latest',
    Labels: real?.options.Labels,
  });
  const { clusters } = await made.engine.call('Reconcile', {});
  expect(clusters[0]?.removedStrays).toBe(1);
  expect(statuses(hostOf(made, other))).toEqual([]);
  expect(statuses(hostOf(made, here))).toEqual(['running']);
});

it('what runs of a task that has ended is stopped, on its host', async () => {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
  await made.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) });
  const [container] = [...hostOf(made, 'web1').containers.values()];
  await hostOf(made, 'web1').startContainer(container?.id ?? '');
  await made.engine.call('Reconcile', {});
  expect(statuses(hostOf(made, 'web1'))).toEqual(['exited']);
});
