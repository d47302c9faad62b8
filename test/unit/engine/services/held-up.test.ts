import { expect, it } from 'vitest';
import { heldNote, HeldUp, QUIET } from '../../../../src/lib/engine/services/held-up.js';
import { cluster, definition, hostOf, kit, records, type Kit } from '../kit.js';

const settings = { healthyAfter: 50 };
const notes = ({ events }: Kit) => events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

/** A process that has begun to start two tasks on an engine that hangs, and another on the same state and hosts. */
async function suspended(): Promise<{ first: Kit; next: Kit; pid: number }> {
  const first = await cluster(['web1'], { settings });
  await first.engine.call('RegisterTaskDefinition', definition());
  await first.engine.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
  hostOf(first, 'web1').hang('createContainer');
  void first.engine.call('WaitServices', { services: ['web'] }).catch(() => undefined);
  const owners = async () => (await records(first.store)).filter(({ owner }) => owner !== undefined);
  await expect.poll(async () => (await owners()).length).toBe(2);
  const { store, hosts, processes, pid } = first;
  return { first, next: kit({ store, hosts, processes, settings }), pid };
}

it('who is held up by another process learns by which, and for how long that has been silent', async () => {
  const { first, next, pid } = await suspended();
  const heldUp = new HeldUp(next.ctx, 'default', QUIET);
  expect(await heldUp.look()).toBe(false);
  first.processes.time += 30_000;
  expect(await heldUp.look()).toBe(true);
  expect(await heldUp.look()).toBe(true);
  expect(notes(next)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^2 tasks are under way in process ${pid} on build1, for \\d s so far; it has given no sign of life for 30 s`,
      ),
    ),
  ]);
  first.processes.time += 31_000;
  expect(await heldUp.look()).toBe(false);
  first.abort();
});

it('a process that lives and gives no sign of life for a minute counts as gone: its work is taken over', async () => {
  const { first, next, pid } = await suspended();
  await next.engine.call('Reconcile', {});
  expect(notes(next)).toEqual([
    expect.stringMatching(
      new RegExp(`^2 tasks are under way in process ${pid} on build1, for \\d s so far$`),
    ),
  ]);
  first.processes.time += 61_000;
  // What hangs goes on hanging; requests from now on pass.
  const host = hostOf(first, 'web1');
  Object.defineProperty(host, 'enter', { value: async () => undefined });
  const { outcomes } = await next.engine.call('WaitServices', { services: ['web'], timeout: 20 });
  expect(outcomes).toMatchObject([{ state: 'STEADY' }]);
  const failed = (await next.engine.call('DescribeServices', { services: ['web'] })).services?.[0];
  expect(failed?.deployments).toMatchObject([{ failedTasks: 0, rolloutState: 'COMPLETED' }]);
  first.abort();
});

it('who holds one task and is heard of is named without a question', () => {
  const task = { createdAt: 1000 };
  expect(heldNote({ pid: 7 }, [task], 0, 5000)).toBe(
    '1 task is under way in process 7 on another machine, for 4 s so far',
  );
});
