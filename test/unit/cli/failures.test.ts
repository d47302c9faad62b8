import { describe, expect, it } from 'vitest';
import DeleteTaskDefinitions from '../../../src/commands/delete-task-definitions.js';
import DescribeClusters from '../../../src/commands/describe-clusters.js';
import UpdateContainerInstancesState from '../../../src/commands/update-container-instances-state.js';
import UpdateTaskProtection from '../../../src/commands/update-task-protection.js';
import { run } from './kit.js';

const missing = { arn: 'arn:aws:ecs:local:0:cluster/foo', reason: 'MISSING' };
const drain = (answer: object, people = true) =>
  run(
    UpdateContainerInstancesState,
    ['--container-instances', 'web7', 'web8', '--status', 'DRAINING'],
    { UpdateContainerInstancesState: () => answer },
    { people },
  );

describe('failures in an answer', () => {
  it('are told without advice for another case, and are no fault of a verb that looks', async () => {
    const clusters = await run(
      DescribeClusters,
      ['--clusters', 'foo'],
      { DescribeClusters: () => ({ clusters: [], failures: [missing] }) },
      { people: true },
    );
    expect(clusters).toMatchObject({ code: 0, out: '', err: 'foo: not found\n' });
  });

  it('are a refusal where nothing was changed', async () => {
    const failures = [missing, { reason: 'AGENT', detail: 'it does not answer' }];
    const err = 'foo: not found\nAGENT: it does not answer\n';
    expect(await drain({ containerInstances: [], failures })).toMatchObject({ code: 1, out: '', err });
    expect(await drain({ failures, moves: [] })).toMatchObject({ code: 1, out: '', err });
    const off = await drain({ failures }, false);
    expect(off).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(off.out)).toEqual({ failures });
  });

  it('make the exit code partly where something was changed', async () => {
    const web7 = { containerInstanceArn: 'arn:aws:ecs:local:0:container-instance/c/1', status: 'DRAINING' };
    expect((await drain({ containerInstances: [web7], failures: [missing] })).code).toBe(3);
    expect((await drain({ containerInstances: [web7], failures: [] })).code).toBe(0);
  });

  it('mean the same to every verb that changes several things', async () => {
    const protect = await run(
      UpdateTaskProtection,
      ['--cluster', 'default', '--tasks', '1f2e3d4c', '--protection-enabled'],
      { UpdateTaskProtection: () => ({ protectedTasks: [], failures: [missing] }) },
    );
    expect(protect.code).toBe(1);
    const remove = await run(DeleteTaskDefinitions, ['--task-definitions', 'web:1', 'web:2'], {
      DeleteTaskDefinitions: () => ({
        taskDefinitions: [{ family: 'web', revision: 1 }],
        failures: [missing],
      }),
    });
    expect(remove.code).toBe(3);
  });
});
