import { describe, expect, it } from 'vitest';
import { Health } from '../../../src/lib/server/health.js';

const MINUTE = 60_000;
const MIDNIGHT = Date.UTC(2026, 10, 28);

function watched({ keeps = true, isReadable = true } = {}) {
  let now = 0;
  const health = new Health({
    keeps,
    now: () => now,
    clock: () => MIDNIGHT + now,
    isReadable: async () => isReadable,
  });
  return {
    health,
    later: (milliseconds: number) => void (now += milliseconds),
    keeping: (...clusters: string[]) => health.event({ type: 'keeping', clusters }),
    failed: () => health.event({ type: 'keeping-failed', milliseconds: 1000 }),
    pass: (cluster = 'default') => health.event({ type: 'pass', cluster, milliseconds: 1 }),
    status: async () => (await health.look()).status,
  };
}

describe('a server that keeps the services', () => {
  it('is well while each cluster is planned for, and says when that was', async () => {
    const { health, later, keeping, pass } = watched();
    expect(await health.look()).toEqual({ status: 'ok' });
    keeping('default', 'other');
    pass('other');
    later(MINUTE);
    pass();
    later(2 * MINUTE);
    expect(await health.look()).toEqual({ status: 'ok', lastPass: '2026-11-28T00:00:00.000Z' });
    expect(health.passes).toEqual([
      { cluster: 'default', time: MIDNIGHT + MINUTE },
      { cluster: 'other', time: MIDNIGHT },
    ]);
  });

  it.each([
    ['one of its clusters has not been planned for since', (w: Watched) => w.pass('other')],
    ['none has at all', () => undefined],
  ])('is degraded where %s', async (_, before) => {
    const made = watched();
    made.keeping('default', 'other');
    before(made);
    made.later(2 * MINUTE);
    expect(await made.status()).toBe('ok');
    made.pass('other');
    made.later(2 * MINUTE);
    expect(await made.health.look()).toMatchObject({
      status: 'degraded',
      reason: 'services are not kept: they have not been planned for in minutes',
    });
    made.pass();
    expect(await made.status()).toBe('ok');
  });

  it('is degraded where it has not begun after minutes', async () => {
    const { status, later } = watched();
    later(4 * MINUTE);
    expect(await status()).toBe('degraded');
  });

  it('is degraded from a fault of the state until the next pass', async () => {
    const { health, status, keeping, failed, pass } = watched();
    keeping('default');
    pass();
    failed();
    expect(health.kept).toBe(false);
    expect(await health.look()).toEqual({
      status: 'degraded',
      reason: 'services are not kept: the state failed, and is tried again',
      lastPass: '2026-11-28T00:00:00.000Z',
    });
    // Its clusters are known again, and nothing more.
    keeping('default');
    expect(await status()).toBe('degraded');
    pass();
    expect(await status()).toBe('ok');
    expect(health.kept).toBe(true);
  });

  it('where there is no cluster is well as soon as that can be read', async () => {
    const { status, keeping, failed, later } = watched();
    failed();
    keeping();
    later(10 * MINUTE);
    expect(await status()).toBe('ok');
  });

  it('waits for no pass of a cluster that is gone', async () => {
    const { health, status, keeping, pass, later } = watched();
    keeping('default', 'other');
    pass('other');
    keeping('default');
    pass('other');
    later(2 * MINUTE);
    pass();
    later(2 * MINUTE);
    expect(await status()).toBe('ok');
    expect(health.passes.map(({ cluster }) => cluster)).toEqual(['default']);
  });
});

it.each([true, false])(
  'is degraded where the state has refused a change lately (keeps: %s)',
  async (keeps) => {
    const { health, status, keeping, pass, later } = watched({ keeps });
    const change = (taken: boolean) =>
      health.event({ type: 'state-change', ...(!taken && { fault: '/srv/state.db is full' }) });
    keeping('default');
    pass();
    change(false);
    expect(health.isWritable).toBe(false);
    expect(await health.look()).toMatchObject({ status: 'degraded', reason: 'the state takes no changes' });
    change(true);
    expect(await status()).toBe('ok');
    change(false);
    later(4 * MINUTE);
    pass();
    // Nobody has tried since.
    expect(await status()).toBe('ok');
  },
);

type Watched = ReturnType<typeof watched>;

it('a server that leaves the services to another is not judged by them', async () => {
  const { health, status, later } = watched({ keeps: false });
  later(10 * MINUTE);
  expect(await status()).toBe('ok');
  expect(health.kept).toBeUndefined();
});

it('fails where the state can not be read, since no request can be answered then', async () => {
  const { status, keeping, pass } = watched({ isReadable: false });
  keeping('default');
  pass();
  expect(await status()).toBe('failing');
});
