import * as sdk from '@aws-sdk/client-ecs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Part } from './ecs-api.contract.js';
import { all, arn, definition, register, waiting } from './ecs-api.scenes.js';

export function tasksContract({ ecs, waits }: Part): void {
  describe('a task', () => {
    let hosts: string[];
    beforeEach(async () => {
      hosts = await register(ecs(), 'web1', 'web2');
      await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition()));
      await ecs().send(new sdk.RegisterTaskDefinitionCommand(definition('once', ['echo', 'done'])));
    });
    const run = (more: Partial<sdk.RunTaskCommandInput> = {}) =>
      ecs().send(new sdk.RunTaskCommand({ taskDefinition: 'web', ...more }));
    const look = async (tasks: string[], include?: 'TAGS'[]) =>
      ecs().send(new sdk.DescribeTasksCommand({ tasks, include }));
    const arnsOf = ({ tasks = [] }: sdk.RunTaskCommandOutput) => tasks.map(({ taskArn = '' }) => taskArn);

    it('is answered for at once, goes on, and runs', async () => {
      const answer = await run({ count: 2, startedBy: 'ci', tags: [{ key: 'a', value: 'b' }] });
      expect(answer.failures).toEqual([]);
      expect(answer.tasks).toHaveLength(2);
      for (const task of answer.tasks ?? []) {
        expect(task).toMatchObject({
          taskArn: expect.stringMatching(
            /^arn:aws:ecs:local:000000000000:task\/default\/[0-9a-f]{32}$/,
          ) as string,
          clusterArn: arn('cluster/default'),
          taskDefinitionArn: arn('task-definition/web:1'),
          containerInstanceArn: expect.stringContaining(':container-instance/default/') as string,
          desiredStatus: 'RUNNING',
          launchType: 'EC2',
          group: 'family:web',
          startedBy: 'ci',
          cpu: '50',
          memory: '100',
          attachments: [],
          tags: [{ key: 'a', value: 'b' }],
          createdAt: expect.any(Date) as Date,
          overrides: { containerOverrides: [{ name: 'app' }], inferenceAcceleratorOverrides: [] },
        });
        expect(task.lastStatus).toMatch(waits ? /^RUNNING$/ : /^(PROVISIONING|PENDING)$/);
        expect(task.containers?.[0]?.lastStatus).toBe(waits ? 'RUNNING' : 'PENDING');
        for (const absent of ['stoppedAt', 'stopCode', 'stoppedReason', ...(waits ? [] : ['startedAt'])])
          expect(task).not.toHaveProperty(absent);
      }
      if (!waits) expect(answer.tasks?.map(({ version }) => version)).toEqual([1, 1]);
      const tasks = arnsOf(answer);
      const waited = await sdk.waitUntilTasksRunning(waiting(ecs()), { tasks });
      expect(waited.state).toBe('SUCCESS');
      const described = await look(tasks, ['TAGS']);
      expect(described.failures).toEqual([]);
      expect(described.tasks).toMatchObject(
        tasks.map((taskArn) => ({
          taskArn,
          lastStatus: 'RUNNING',
          connectivity: 'CONNECTED',
          healthStatus: 'UNKNOWN',
          startedAt: expect.any(Date) as Date,
          tags: [{ key: 'a', value: 'b' }],
          containers: [
            {
              name: 'app',
              lastStatus: 'RUNNING',
              runtimeId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
            },
          ],
        })),
      );
      expect((await look(tasks)).tasks?.map(({ tags }) => tags)).toEqual([[], []]);
    });

    it('that ends is stopped, with its exit code', async () => {
      const tasks = arnsOf(await run({ taskDefinition: 'once' }));
      await sdk.waitUntilTasksStopped(waiting(ecs()), { tasks });
      const { tasks: [task] = [] } = await look(tasks);
      expect(task).toMatchObject({
        lastStatus: 'STOPPED',
        desiredStatus: 'STOPPED',
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        stoppedAt: expect.any(Date) as Date,
        containers: [{ lastStatus: 'STOPPED', exitCode: 0 }],
      });
      const failed = sdk.waitUntilTasksRunning(waiting(ecs()), { tasks });
      await expect(failed).rejects.toThrow();
    });

    it('is stopped, and what stops it is answered for at once', async () => {
      const tasks = arnsOf(await run());
      await sdk.waitUntilTasksRunning(waiting(ecs()), { tasks });
      const { task } = await ecs().send(new sdk.StopTaskCommand({ task: tasks[0], reason: 'a rehearsal' }));
      expect(task).toMatchObject({
        desiredStatus: 'STOPPED',
        stopCode: 'UserInitiated',
        stoppedReason: 'a rehearsal',
      });
      if (!waits) expect(task?.lastStatus).toMatch(/^(RUNNING|DEACTIVATING|STOPPING)$/);
      await sdk.waitUntilTasksStopped(waiting(ecs()), { tasks });
      const { tasks: after = [] } = await look(tasks);
      expect(after[0]).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: 'a rehearsal' });
      const again = await ecs().send(new sdk.StopTaskCommand({ task: tasks[0] }));
      expect(again.task).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: 'a rehearsal' });
      const unknown = ecs().send(new sdk.StopTaskCommand({ task: '0'.repeat(32) }));
      await expect(unknown).rejects.toBeInstanceOf(sdk.InvalidParameterException);
    });

    it('that can have no place comes back as a failure', async () => {
      const { tasks, failures } = await run({
        overrides: { containerOverrides: [{ name: 'app', memory: 100_000 }] },
      });
      expect(tasks).toEqual([]);
      expect(failures).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            reason: 'RESOURCE:MEMORY',
            arn: expect.stringContaining(':container-instance/default/') as string,
          }),
        ]),
      );
    });

    it('of a definition that is not there is a ClientException', async () => {
      const asked = run({ taskDefinition: 'gone' });
      await expect(asked).rejects.toBeInstanceOf(sdk.ClientException);
      await expect(asked).rejects.toMatchObject({ message: 'TaskDefinition not found.' });
    });

    it('with a client token is run once', async () => {
      const first = await run({ clientToken: 'once-only' });
      const second = await run({ clientToken: 'once-only' });
      expect(arnsOf(second)).toEqual(arnsOf(first));
      const other = run({ clientToken: 'once-only', count: 2 });
      await expect(other).rejects.toBeInstanceOf(sdk.ConflictException);
      const { taskArns } = await ecs().send(new sdk.ListTasksCommand({}));
      expect(taskArns).toEqual(arnsOf(first));
    });

    it('is started on the hosts that are named', async () => {
      const unknown = arn(`container-instance/default/${'0'.repeat(32)}`);
      const { tasks = [], failures } = await ecs().send(
        new sdk.StartTaskCommand({
          taskDefinition: 'web',
          containerInstances: [hosts[1] ?? '', unknown],
          startedBy: 'me',
        }),
      );
      expect(tasks).toMatchObject([{ containerInstanceArn: hosts[1], startedBy: 'me' }]);
      expect(failures).toMatchObject([{ arn: unknown, reason: 'MISSING' }]);
      await sdk.waitUntilTasksRunning(waiting(ecs()), { tasks: [tasks[0]?.taskArn ?? ''] });
    });

    it('is listed, page by page, by what it is', async () => {
      const web = arnsOf(await run({ count: 5, startedBy: 'ci' }));
      const once = arnsOf(await run({ taskDefinition: 'once' }));
      await sdk.waitUntilTasksRunning(waiting(ecs()), { tasks: web });
      await sdk.waitUntilTasksStopped(waiting(ecs()), { tasks: once });
      const pages = await all(sdk.paginateListTasks({ client: ecs(), pageSize: 2 }, {}));
      expect(pages.map(({ taskArns }) => taskArns?.length)).toEqual([2, 2, 1]);
      expect(pages.flatMap(({ taskArns }) => taskArns).sort()).toEqual([...web].sort());
      const list = async (by: sdk.ListTasksCommandInput) =>
        (await ecs().send(new sdk.ListTasksCommand(by))).taskArns;
      expect(await list({ desiredStatus: 'STOPPED' })).toEqual(once);
      expect(await list({ family: 'once' })).toEqual([]);
      expect((await list({ startedBy: 'ci' }))?.length).toBe(5);
      // As tools look for tasks of their own.
      expect((await list({ startedBy: 'ci', desiredStatus: 'RUNNING' }))?.length).toBe(5);
      for (const other of [{ family: 'web' }, { serviceName: 'web' }, { containerInstance: 'web1' }])
        await expect(list({ startedBy: 'ci', ...other })).rejects.toMatchObject({
          name: 'InvalidParameterException',
          message: 'cannot specify startedBy with other arguments',
        });
    });

    it('that nobody knows is MISSING', async () => {
      const taskArn = arn(`task/default/${'0'.repeat(32)}`);
      const { tasks, failures } = await look([taskArn]);
      expect(tasks).toEqual([]);
      expect(failures).toEqual([{ arn: taskArn, reason: 'MISSING' }]);
      await expect(sdk.waitUntilTasksRunning(waiting(ecs()), { tasks: [taskArn] })).rejects.toThrow();
      await expect(look([])).rejects.toBeInstanceOf(sdk.InvalidParameterException);
    });

    it('runs commands by a way of its own', async () => {
      const [task = ''] = arnsOf(await run());
      await sdk.waitUntilTasksRunning(waiting(ecs()), { tasks: [task] });
      const asked = ecs().send(new sdk.ExecuteCommandCommand({ task, command: 'ls', interactive: true }));
      await expect(asked).rejects.toBeInstanceOf(sdk.ECSServiceException);
    });
  });
}
