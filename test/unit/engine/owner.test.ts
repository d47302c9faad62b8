import { expect, it } from 'vitest';
import { forgetGoneOwners, LEASE, ownerWatch, silenceOf } from '../../../src/lib/engine/owner.js';
import type { OwnerRecord } from '../../../src/lib/engine/records.js';
import { kit } from './kit.js';

const NOW = 1_000_000;
const owner = (pid: number, rest: Partial<OwnerRecord> = {}): OwnerRecord => ({
  pid,
  startedAt: String(pid),
  machine: 'here',
  heartbeatAt: NOW,
  beatAt: 0,
  ...rest,
});

function asker() {
  const made = kit({ clock: () => NOW });
  made.processes.time = 90_000;
  return { ...made, silence: (record: OwnerRecord) => silenceOf(made.ctx, record) };
}

it('a process of this machine is silent by the clock that stands still while the machine sleeps', () => {
  const { silence, processes } = asker();
  expect(silence(owner(7))).toBe(90_000);
  expect(silence(owner(7, { beatAt: 85_000, heartbeatAt: 0 }))).toBe(5000);
  processes.kill(7);
  expect(silence(owner(7))).toBe(Infinity);
});

it('of another machine only the heartbeat tells', () => {
  const { silence } = asker();
  expect(silence(owner(7, { machine: 'there', heartbeatAt: NOW - 70_000, beatAt: 90_000 }))).toBe(70_000);
});

it('who asks is alive, and so is one of an earlier version whose process is there', () => {
  const { silence, pid } = asker();
  expect(silence(owner(pid))).toBe(0);
  const { beatAt: _, ...earlier } = owner(7);
  expect(silence(earlier)).toBe(0);
});

it('one that is suspended is gone for others, and keeps its record for when it goes on', async () => {
  const { ctx, store, processes } = asker();
  const puts = [7, 8].map((pid) => ({ key: `owner/${pid}`, value: owner(pid) }));
  await store.commit({ puts });
  processes.kill(8);
  expect(LEASE).toBeLessThan(90_000);
  expect(await ownerWatch(ctx)('owner/7')).toBe(true);
  await forgetGoneOwners(ctx);
  const left = await store.list({ prefix: 'owner/' });
  expect(left.map(({ key }) => key)).toEqual(['owner/7']);
});
