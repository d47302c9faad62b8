import { describe, expect, it } from 'vitest';
import { cluster, definition, hostOf, idOf, kit, records, type Kit } from './kit.js';

const stray = async (made: Kit) => (await made.engine.call('Reconcile', {})).clusters[0];
const notes = (made: Kit) =>
  made.events.flatMap((event) =>
    event.type === 'note' && /containers of task/.test(event.message) ? [event.message] : [],
  );
const statuses = (made: Kit) => [...hostOf(made, 'web1').containers.values()].map((c) => c.status);

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(condition()).toBe(true);
}

describe('reconcile', () => {
  it('counts no task that it has just settled as a stray', async () => {
    const made = await cluster(['web1']);
    const host = hostOf(made, 'web1');
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web', count: 2 });
    const dead = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    host.hang('stopContainer');
    void dead.engine.call('StopTask', { task: idOf(tasks[0]?.taskArn) }).catch(() => undefined);
    await until(() => host.calls.some((call) => call.startsWith('stopContainer')));
    made.processes.kill(dead.pid);
    const reconciling = stray(made);
    await until(() => host.calls.filter((call) => call.startsWith('stopContainer')).length > 1);
    host.release();
    expect(await reconciling).toMatchObject({
      settledTasks: [idOf(tasks[0]?.taskArn)],
      removedStrays: 0,
      runningTasksCount: 1,
    });
    expect(notes(made)).toEqual([]);
    expect(statuses(made).toSorted()).toEqual(['exited', 'running']);
  });

  it('counts no start that it has just undone', async () => {
    const made = await cluster(['web1']);
    const host = hostOf(made, 'web1');
    await made.engine.call('RegisterTaskDefinition', definition());
    const dead = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    host.hang('startContainer');
    void dead.engine.call('RunTask', { taskDefinition: 'web' }).catch(() => undefined);
    await until(() => host.calls.some((call) => call.startsWith('startContainer')));
    made.processes.kill(dead.pid);
    const [task] = await records(made.store);
    expect(await stray(made)).toMatchObject({ settledTasks: [task?.id], removedStrays: 0 });
    expect(notes(made)).toEqual([]);
  });

  it('stops what runs of a task that has ended by its own stop timeout, and keeps all that ran', async () => {
    const made = await cluster(['web1']);
    const host = hostOf(made, 'web1');
    const { family, containerDefinitions } = definition('web', { stopTimeout: 7 });
    const side = { ...containerDefinitions[0]!, name: 'side', essential: false };
    await made.engine.call('RegisterTaskDefinition', {
      family,
      containerDefinitions: [...containerDefinitions, side],
    });
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const id = idOf(tasks[0]?.taskArn);
    await made.engine.call('StopTask', { task: id });
    const [container] = [...host.containers.values()];
    await host.startContainer(container?.id ?? '');
    const seconds: number[] = [];
    const stop = host.stopContainer.bind(host);
    host.stopContainer = (which, limit) => {
      seconds.push(limit);
      return stop(which, limit);
    };
    expect(await stray(made)).toMatchObject({ settledTasks: [], removedStrays: 1 });
    expect(seconds).toEqual([7]);
    expect(statuses(made)).toEqual(['exited', 'exited']);
    expect(notes(made)).toEqual([`web1: containers of task ${id} that no record asks for were stopped`]);
    expect(await stray(made)).toMatchObject({ removedStrays: 0 });
  });

  it('removes what was created long ago and never started, and that no record knows', async () => {
    let now = Date.now();
    const made = await cluster(['web1'], { clock: () => now });
    const host = hostOf(made, 'web1');
    await made.engine.call('RegisterTaskDefinition', definition());
    const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
    const labels = [...host.containers.values()][0]?.options.Labels ?? {};
    const id = 'f'.repeat(32);
    const Labels = { ...labels, 'longshore.task-id': id };
    await host.createContainer(`ecs-abandoned-${id}`, { Image: 'busybox:latest', Labels });
    expect(await stray(made)).toMatchObject({ removedStrays: 0 });
    now += 11 * 60_000;
    expect(await stray(made)).toMatchObject({ removedStrays: 1 });
    expect(notes(made)).toEqual([`web1: containers of task ${id} that no record asks for were removed`]);
    expect(statuses(made)).toEqual(['running']);
    expect(tasks).toHaveLength(1);
  });

  it('removes what waits for a container that ended long ago, where no record knows the task', async () => {
    let now = Date.now();
    const made = await cluster(['web1'], { clock: () => now });
    const host = hostOf(made, 'web1');
    await made.engine.call('RegisterTaskDefinition', definition());
    await made.engine.call('RunTask', { taskDefinition: 'web' });
    const labels = [...host.containers.values()][0]?.options.Labels ?? {};
    const Labels = { ...labels, 'longshore.task-id': 'f'.repeat(32) };
    const ended = await host.createContainer(`ecs-setup-${Labels['longshore.task-id']}`, {
      Image: 'busybox:latest',
      Labels,
      Cmd: ['true'],
    });
    await host.startContainer(ended);
    await host.createContainer(`ecs-waits-${Labels['longshore.task-id']}`, {
      Image: 'busybox:latest',
      Labels,
    });
    expect(await stray(made)).toMatchObject({ removedStrays: 0 });
    now += 11 * 60_000;
    expect(await stray(made)).toMatchObject({ removedStrays: 1 });
    expect([...host.containers.values()].map(({ status }) => status)).toEqual(['running', 'exited']);
  });
});
