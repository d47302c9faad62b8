import { describe, expect, it } from 'vitest';
import { cluster, definition, hostOf, idOf, kit } from './kit.js';

/** A cluster of one host with tasks on it, and their ids. */
async function world(count: number) {
  const made = await cluster(['web1']);
  await made.engine.call('RegisterTaskDefinition', definition());
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web', count });
  return { ...made, ids: tasks.map(({ taskArn }) => idOf(taskArn)) };
}
const unknown = 'f'.repeat(32);

describe('waiting until tasks run', () => {
  it('ends at once where they do', async () => {
    const { engine, ids } = await world(2);
    const { tasks } = await engine.call('WaitTasks', { tasks: ids, until: 'RUNNING' });
    expect(tasks?.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
  });

  it('looks at the hosts: one that has ended meanwhile doesn’t run', async () => {
    const made = await world(2);
    const host = hostOf(made, 'web1');
    host.exit([...host.containers.keys()][0] ?? '', 7);
    const { tasks = [] } = await made.engine.call('WaitTasks', { tasks: made.ids, until: 'RUNNING' });
    expect(tasks.map(({ lastStatus }) => lastStatus).sort()).toEqual(['RUNNING', 'STOPPED']);
  });

  it('ends when a start that is under way is done', async () => {
    const made = await world(1);
    const other = kit({ store: made.store, hosts: made.hosts, processes: made.processes });
    const before = hostOf(made, 'web1').containers.size;
    const starting = other.engine.call('RunTask', { taskDefinition: 'web', startedBy: 'other' });
    let arns: string[] = [];
    while (arns.length === 0) {
      const listed = await made.engine.call('ListTasks', { startedBy: 'other', refresh: false });
      arns = listed.taskArns ?? [];
    }
    const { tasks } = await made.engine.call('WaitTasks', { tasks: arns, until: 'RUNNING', timeout: 20 });
    expect(tasks?.[0]?.lastStatus).toBe('RUNNING');
    expect(hostOf(made, 'web1').containers.size).toBe(before + 1);
    await starting;
  });

  it('gives up where one is unknown: it never will', async () => {
    const { engine, ids } = await world(1);
    const { tasks, failures } = await engine.call('WaitTasks', {
      tasks: [...ids, unknown],
      until: 'RUNNING',
    });
    expect(tasks).toHaveLength(1);
    expect(failures).toEqual([
      { arn: `arn:aws:ecs:local:000000000000:task/default/${unknown}`, reason: 'MISSING' },
    ]);
  });
});

describe('waiting until tasks have stopped', () => {
  it('waits for those that there are', async () => {
    const { engine, ids } = await world(1);
    await engine.call('StopTask', { task: ids[0] ?? '' });
    const { tasks, failures } = await engine.call('WaitTasks', { tasks: [...ids, unknown] });
    expect(tasks).toMatchObject([{ lastStatus: 'STOPPED' }]);
    expect(failures).toHaveLength(1);
    expect(await engine.call('WaitTasks', { tasks: [unknown] })).toMatchObject({ tasks: [] });
    await expect(engine.call('WaitTasks', { tasks: [] })).rejects.toMatchObject({
      message: 'Tasks cannot be empty.',
    });
  });
});
